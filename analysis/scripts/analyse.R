# Describes this study as its results page does, draws it, and fits models. Run it in the directory of README.txt:
#
#     Rscript analysis/analyse.R
#
# It needs R and nothing else. What needs a package is left out where that is not there: survival, coin, ordinal, lme4, lmerTest and emmeans
# (Debian: r-cran-survival, r-cran-coin, r-cran-ordinal, r-cran-lmertest, r-cran-emmeans). What it finds is in the directory results. Change it as you like: it is a beginning. analyse.qmd has the same steps as a document
# of Quarto, which shows what they find: quarto render analysis/analyse.qmd.

## Reading and writing

# Names stay texts, also those that look like numbers: the network 3.0 is not the network 3, and T is not TRUE. If columns are named, only they are
# read. What is written is in the directory results; a document shows it, too.

is_name <- function(column) {
  column %in% c("participant", "group", "groups", "access_level", "network", "task", "form", "condition", "factor", "level", "analysis_column", "first", "second", "first_conditions", "second_conditions", "block_column", "visit_column") | grepl("^factor_", column)
}
file_of <- function(name) file.path("data", paste0("description-", name, "_data.csv"))
table_of <- function(name, columns = NULL) {
  file <- file_of(name)
  header <- names(read.csv(file, nrows = 1))
  classes <- ifelse(is_name(header), "character", NA)
  if (!is.null(columns)) classes[!header %in% columns] <- "NULL"
  read.csv(file, colClasses = classes)
}
in_document <- isTRUE(getOption("knitr.in.progress"))
write_to <- function(x, file) {
  write.csv(x, file.path("results", file), row.names = FALSE, na = "")
  if (in_document) cat("\n", knitr::kable(x, digits = 3, row.names = FALSE), "\n", sep = "\n")
}
verbatim <- function(said) { # in a document, what is printed stands as it is
  if (in_document) cat("\n```\n")
  force(said)
  if (in_document) cat("\n```\n")
}
has <- function(...) all(sapply(c(...), requireNamespace, quietly = TRUE)) # these packages
dir.create("results", showWarnings = FALSE)

## 1. The trials that count

# why_not says of the others why they do not.

trials <- table_of("analysis")
d <- trials[trials$counts, ]
verbatim({
  cat(nrow(d), "trials of", length(unique(d$participant)), "participants count. Those that do not:\n")
  print(table(why_not = trials$why_not[!trials$counts]))
})
if (nrow(d) == 0) if (in_document) knitr::knit_exit() else quit(save = "no")

## 2. Factors

# Their levels are in the order of the design, so that tables and figures have it, too.

levels_of <- table_of("levels")
for (name in intersect(unique(levels_of$factor), names(d))) {
  own <- levels_of[levels_of$factor == name, ]
  own <- own[order(own$level_order), ]
  d[[name]] <- droplevels(factor(d[[name]], levels = unique(own$level)))
}
conditions <- table_of("conditions")
d$condition <- factor(d$condition, levels = intersect(unique(conditions$condition), d$condition))

## 3. Was the network what it was set to be?

# Before each trial a probe measured the round trip. What is expected is the round trip as set and the time to send a ping of 60 bytes there and back; an
# acknowledgement of 52 bytes may be in its way. The busiest second is held to the rate less headers. More than tolerated is a fault, a low share is none.

set <- table_of("trials", c("trial_id", "counts", "set_overhead_bytes", "set_trace_down", "set_phases"))
set <- set[set$counts, ]
links <- d[d$network != "none" & "set_rtt_ms" %in% names(d), ] # who is blind is not told
if (nrow(links) > 0) links <- cbind(links, set[match(links$trial_id, set$trial_id), c("set_overhead_bytes", "set_trace_down", "set_phases")])
sending_ms <- function(bytes, links) 8 * (bytes + links$set_overhead_bytes) / 1000 * (1 / links$set_down_mbps + 1 / links$set_up_mbps)
round_trips <- function(links) {
  off <- links$measured_rtt_median_ms - links$set_rtt_ms - sending_ms(60, links)
  off <- ifelse(off < 0, off, pmax(0, off - sending_ms(52, links)))
  tolerated <- pmax(0.5, links$set_rtt_ms / 100) + links$set_jitter_ms
  data.frame(off_ms = off, tolerated_ms = tolerated, is_rtt_within = abs(off) <= tolerated)
}
rates <- function(links) { # none where there is no limit, a trace or phases
  one <- is.finite(links$set_down_mbps) & links$set_phases == 0 & (is.na(links$set_trace_down) | links$set_trace_down == "")
  packet <- 1500 + links$set_overhead_bytes
  share <- ifelse(one, links$peak_goodput_down_mbps / links$set_down_mbps, NA)
  tolerated <- 1448 / packet + 0.1 + 8 * packet / (links$set_down_mbps * 1e6) / 0.5 + 2 * links$set_jitter_ms / 1000
  data.frame(rate_share = share, tolerated_share = ifelse(one, tolerated, NA), is_rate_within = share <= tolerated)
}
if (nrow(links) > 0) {
  links <- cbind(links[c("participant", "position", "condition", "network")], round_trips(links), rates(links))
  write_to(links, "network.csv")
}

## 4. Scores

# The measures and the numeric questions that were answered about these trials.

scores <- intersect(unique(table_of("instruments")$analysis_column), names(d))
scores <- Filter(function(s) any(!is.na(d[[s]])), scores)

# Two trials of one person are not independent of each other: where the design repeats conditions, a person's mean over their trials is one
# value. The interval of the mean is Student's. There is none for fewer than two values, and for values that are all equal.
describe <- function(x, who) {
  x <- as.vector(tapply(x[!is.na(x)], as.character(who)[!is.na(x)], mean))
  low <- high <- NA
  if (length(x) > 1 && sd(x) > 0) {
    interval <- t.test(x)$conf.int
    low <- interval[1]
    high <- interval[2]
  }
  data.frame(n = length(x), median = median(x), mean = mean(x), low = low, high = high)
}
by_condition <- function(values, describe) {
  do.call(rbind, lapply(levels(d$condition), function(code) {
    here <- d$condition == code
    trials <- data.frame(condition = code, trials = sum(here), people = length(unique(d$participant[here])))
    cbind(trials, describe(values[here], d$participant[here]))
  }))
}
ratings <- do.call(rbind, lapply(scores, function(s) cbind(score = s, by_condition(d[[s]], describe))))
if (!is.null(ratings)) write_to(ratings, "ratings.csv")

## 5. Differences within people

# Conditions that are alike in everything but one factor stand together: access methods where there are several, else the first of the study's own factors that varies,
# else networks, else tasks. Up to three of them are compared each with each, more of them each with the first; a stream less a screen that is sent.

met <- conditions[conditions$study_hash %in% d$study_hash & !conditions$is_practice, ]
met <- met[!duplicated(met$condition), ]
factors <- c("access_level", grep("^factor_", names(met), value = TRUE), "network", "task")
pairs_of <- function(s) {
  if (nrow(s) < 2) return(NULL)
  at <- if (nrow(s) > 3) rbind(1, 2:nrow(s)) else combn(nrow(s), 2)
  turn <- s$access_method[at[1, ]] == "vnc" & s$access_method[at[2, ]] == "stream"
  at[, turn] <- at[2:1, turn]
  data.frame(first = s$condition[at[1, ]], second = s$condition[at[2, ]])
}
pairs_by <- function(factor) {
  alike <- do.call(paste, c(met[setdiff(factors, factor)], sep = "\r"))
  do.call(rbind, unname(lapply(split(met, base::factor(alike, unique(alike))), pairs_of)))
}
compared <- NULL
for (name in factors) if (is.null(compared)) compared <- pairs_by(name)

# A person's value in a condition is the mean of their trials. Who lacks one of two values is left out. Differences are rounded, so that equal ones are ties.
values_in <- function(x, condition) {
  here <- d$condition == condition & !is.na(x)
  tapply(x[here], as.character(d$participant[here]), mean)
}
differences <- function(x, first, second) {
  a <- values_in(x, first)
  b <- values_in(x, second)
  both <- intersect(names(a), names(b))
  round(as.vector(a[both] - b[both]), 10)
}
# For ordinal ratings: the shift of Hodges and Lehmann, with the interval that inverts the exact signed rank test. It takes six people.
shift_of <- function(e, beyond = 0.025) {
  if (length(e) == 0) return(data.frame(n = 0, difference = NA, low = NA, high = NA))
  walsh <- outer(e, e, "+") / 2
  walsh <- sort(walsh[upper.tri(walsh, diag = TRUE)])
  k <- qsignrank(beyond, length(e)) # how many of these means lie beyond each end
  if (length(unique(e)) < 2 || k == 0) k <- NA_integer_
  data.frame(n = length(e), difference = median(walsh), low = walsh[k], high = walsh[length(walsh) + 1 - k])
}
# For other scores: the mean, with Student's interval.
mean_of <- function(e) {
  interval <- if (length(e) > 1 && length(unique(e)) > 1) t.test(e)$conf.int else c(NA, NA)
  data.frame(n = length(e), difference = if (length(e)) mean(e) else NA, low = interval[1], high = interval[2])
}
# A rating is the only question of its instrument, on a scale of up to 11 points.
asked <- table_of("instruments")
measures <- asked$analysis_column[asked$entry == "measure"]
asked <- asked[asked$entry == "question" & asked$analysis_column != "", ]
alone <- !asked$instrument %in% asked$instrument[duplicated(asked$instrument)]
ratings_of <- intersect(asked$analysis_column[alone & asked$kind == "scale"], scores)
ratings_of <- Filter(function(s) length(unique(na.omit(d[[s]]))) <= 11, ratings_of)
each_pair <- function(outcome, of) {
  do.call(rbind, lapply(seq_len(NROW(compared)), function(i) data.frame(outcome = outcome, compared[i, ], of(compared$first[i], compared$second[i]), row.names = NULL)))
}
waits <- Filter(function(name) any(!is.na(d[[name]])), c("first_picture_ms", "first_crisp_ms"))
found <- lapply(c(scores, waits), function(s) each_pair(s, function(a, b) (if (s %in% c(ratings_of, waits)) shift_of else mean_of)(differences(d[[s]], a, b))))
if (length(found) && !is.null(compared)) write_to(do.call(rbind, found), "differences.csv")

## 6. Tasks

# Completion with Wilson's interval, and time on task. Where somebody has several trials, that interval would be too narrow, and there is none.

wilson <- function(done, who) {
  interval <- c(NA, NA)
  if (!anyDuplicated(who)) interval <- suppressWarnings(prop.test(sum(done), length(done), correct = FALSE))$conf.int
  data.frame(completed = sum(done), of = length(done), share = mean(done), low = interval[1], high = interval[2])
}
write_to(by_condition(d$is_completed, wilson), "completed.csv")
seconds <- ifelse(d$time_on_task_ms > 0, d$time_on_task_ms / 1000, NA) # else a clock was set back
write_to(by_condition(seconds, describe), "time_on_task.csv")

# The share that is done by a time, by Kaplan and Meier: who ran out of time or gave up would have taken longer. Of several trials of a person the first counts. The
# median has its log-log interval; NA where fewer than half were done.
first_trials <- function(condition) {
  rows <- which(d$condition == condition & !is.na(seconds))
  rows <- rows[order(d$position[rows])]
  rows[!duplicated(d$participant[rows])]
}
curve_of <- function(condition) {
  rows <- first_trials(condition)
  survival::survfit(survival::Surv(seconds[rows], !d$is_censored[rows]) ~ 1, conf.type = "log-log")
}
timed <- Filter(function(condition) length(first_trials(condition)) > 0, levels(d$condition))
if (has("survival") && length(timed)) {
  write_to(do.call(rbind, lapply(timed, function(condition) {
    x <- summary(curve_of(condition))$table
    data.frame(condition = condition, people = x[["records"]], done = x[["events"]], median_s = x[["median"]], low = x[["0.95LCL"]], high = x[["0.95UCL"]])
  })), "survival.csv")
}

## 7. Response times

# They are over all inputs of a condition. What was never answered is in no quantile, and counts as slow.

inputs <- table_of("interactions", c("condition", "kind", "response_ms", "is_cut", "counts"))
inputs <- inputs[inputs$counts & inputs$kind != "move" & !inputs$is_cut, ]
if (nrow(inputs) > 0) {
  parts <- split(inputs$response_ms, factor(inputs$condition, levels = levels(d$condition)))
  write_to(do.call(rbind, lapply(names(parts), function(code) {
    x <- parts[[code]]
    answered <- x[!is.na(x)]
    data.frame(
      condition = code, inputs = length(x), unanswered = sum(is.na(x)),
      median_ms = if (length(answered)) median(answered) else NA,
      p95_ms = if (length(answered)) unname(quantile(answered, 0.95)) else NA, # type 7, R's own
      under_150ms = if (length(x)) sum(answered < 150) / length(x) else NA
    )
  })), "response_times.csv")
}

## 8. Figures

# A dot is a trial, the line is the mean of people with its interval.

if (!in_document) pdf(file.path("results", "figures.pdf"), width = 8, height = 5)
par(mar = c(4, 14, 3, 1), las = 1)
for (s in scores) {
  stripchart(d[[s]] ~ d$condition, method = "jitter", pch = 16, col = "#00000055", xlab = s, main = s)
  found <- ratings[ratings$score == s, ]
  at <- match(found$condition, levels(d$condition))
  segments(found$low, at, found$high, at, lwd = 2)
  points(found$mean, at, pch = 18, cex = 1.5)
}

# Ratings as bars that lie left and right of the middle of the scale: the share of answers at each point.
diverging <- function(s) {
  points <- seq(min(d[[s]], na.rm = TRUE), max(d[[s]], na.rm = TRUE))
  said <- regmatches(asked$wording[asked$analysis_column == s][1], regexpr("\\[-?[0-9]+:.*\\.\\.\\. -?[0-9]+:", asked$wording[asked$analysis_column == s][1]))
  if (length(said)) points <- seq(as.numeric(sub("\\[(-?[0-9]+):.*", "\\1", said)), as.numeric(sub(".* (-?[0-9]+):$", "\\1", said)))
  shares <- prop.table(table(factor(d[[s]], levels = points), d$condition), 2) * 100
  shares[is.nan(shares)] <- 0
  left <- colSums(shares * (points < mean(points))) + colSums(shares * (points == mean(points))) / 2
  barplot(shares, horiz = TRUE, offset = -left, col = hcl.colors(length(points), "Blue-Red"), xlim = c(-100, 100), names.arg = colnames(shares), main = s, xlab = "% of answers, left and right of the middle of the scale")
  abline(v = 0)
  legend("topright", legend = points, fill = hcl.colors(length(points), "Blue-Red"), cex = 0.7)
}
for (s in ratings_of) diverging(s)

# The round trip that was measured before each trial, less what was expected; the lines are what is tolerated.
if (nrow(links) > 0 && any(!is.na(links$off_ms))) {
  at <- droplevels(factor(links$network))
  reach <- range(links$off_ms, links$tolerated_ms, -links$tolerated_ms, na.rm = TRUE)
  stripchart(links$off_ms ~ at, method = "jitter", pch = 16, col = "#00000055", xlim = reach, xlab = "ms", main = "Round trip, measured less expected")
  tolerated <- tapply(links$tolerated_ms, at, max)
  segments(c(-tolerated, tolerated), seq_along(tolerated) - 0.3, c(-tolerated, tolerated), seq_along(tolerated) + 0.3, lty = 2)
}

# The share of people who are done with the task; ticks are people whose time was cut off.
if (has("survival") && length(timed)) {
  par(mar = c(4, 4, 3, 1))
  alike <- do.call(paste, met[met$condition %in% timed, setdiff(factors, "access_level")])
  for (codes in split(met$condition[met$condition %in% timed], alike)) {
    plot(NA, xlim = c(0, max(seconds, na.rm = TRUE)), ylim = c(0, 1), xlab = "seconds on task", ylab = "share of people who are done", main = "Completion")
    for (i in seq_along(codes)) lines(curve_of(codes[i]), fun = "event", conf.int = FALSE, mark.time = TRUE, lty = i, lwd = 2)
    legend("topleft", legend = codes, lty = seq_along(codes), lwd = 2)
  }
}
if (!in_document) invisible(dev.off())

## 9. Tests

# All is exploratory, unless a preregistration names the comparison. Holm's correction is over the pairs of one outcome; a pair that cannot be tested counts there
# with a p of 1. Times are logarithms of the seconds of tasks that were done.

outcomes <- c(lapply(setNames(scores, scores), function(s) d[[s]]), list(log_time_on_task = ifelse(d$is_censored, NA, log(seconds)), is_completed = as.numeric(d$is_completed)))
outcomes <- outcomes[!names(outcomes) %in% setdiff(asked$analysis_column[!alone], measures)] # of longer instruments the measures are tested, not each question
# The signed rank test, exact with ties and zeros (Pratt's rule): V is the sum of the ranks of positive differences.
signed_rank <- function(difference, alternative) {
  zero <- rep(0, length(difference))
  if (all(difference == 0)) return(1)
  as.numeric(coin::pvalue(coin::wilcoxsign_test(difference ~ zero, distribution = "exact", zero.method = "Pratt", alternative = alternative)))
}
rank_test <- function(e) {
  if (length(e) == 0) return(data.frame(n = 0, statistic = NA, effect = NA, p = NA))
  ranks <- rank(abs(e))
  up <- sum(ranks[e > 0])
  down <- sum(ranks[e < 0])
  data.frame(n = length(e), statistic = up, effect = if (up + down > 0) (up - down) / (up + down) else 0, p = signed_rank(e, "two.sided"))
}
t_test <- function(e) {
  if (length(e) < 2 || sd(e) == 0) return(data.frame(n = length(e), statistic = NA, effect = NA, p = NA))
  x <- t.test(e)
  data.frame(n = length(e), statistic = unname(x$statistic), effect = mean(e) / sd(e), p = x$p.value)
}
# McNemar's exact test: of those who completed in one condition only, how many did so in the first? The effect is the difference of shares.
mcnemar <- function(difference, alternative) if (any(difference != 0)) binom.test(sum(difference > 0), sum(difference != 0))$p.value else 1
mcnemar_test <- function(e) {
  if (length(e) == 0 || any(!e %in% -1:1)) return(data.frame(n = length(e), statistic = NA, effect = NA, p = NA)) # the mean of several trials is no yes or no
  data.frame(n = length(e), statistic = sum(e > 0), effect = mean(e), p = mcnemar(e, "two.sided"))
}
pair_tests <- function(outcome, name, test) {
  x <- each_pair(outcome, function(a, b) data.frame(test = name, test(differences(outcomes[[outcome]], a, b))))
  if (is.null(x)) return(NULL)
  cbind(x, p_holm = ifelse(is.na(x$p), NA, p.adjust(ifelse(is.na(x$p), 1, x$p), "holm")))
}
tests_of <- function(outcome) {
  if (outcome == "is_completed") return(pair_tests(outcome, "mcnemar", mcnemar_test))
  rbind(if (has("coin")) pair_tests(outcome, "signed_rank", rank_test), if (!outcome %in% ratings_of) pair_tests(outcome, "paired_t", t_test))
}

# Do any of all conditions with a network differ? By ranks: Friedman, with Kendall's W and the F of Iman and Davenport. Of completion: Cochran's Q, with eta squared.
# Who lacks one of the conditions is left out.
everywhere <- function(x) {
  codes <- met$condition[met$network != "none"]
  if (length(codes) < 3) codes <- met$condition
  people <- sort(unique(as.character(d$participant)))
  m <- sapply(codes, function(condition) values_in(x, condition)[people])
  matrix(m, ncol = length(codes))[complete.cases(m), , drop = FALSE]
}
friedman <- function(m) {
  x <- friedman.test(m)
  n <- nrow(m)
  df <- ncol(m) - 1
  w <- unname(x$statistic) / (n * df)
  f <- if (w < 1 - 1e-12) (n - 1) * w / (1 - w) else NA # all people rank them alike
  data.frame(test = "friedman", n = n, statistic = unname(x$statistic), df = df, p = x$p.value, effect = w, f = f, p_f = pf(f, df, df * (n - 1), lower.tail = FALSE))
}
cochran <- function(m) {
  if (any(!m %in% 0:1)) stop("Somebody completed some of several trials in one condition: that is no yes or no.")
  df <- ncol(m) - 1
  q <- df * (ncol(m) * sum(colSums(m)^2) - sum(m)^2) / (ncol(m) * sum(m) - sum(rowSums(m)^2))
  data.frame(test = "cochran", n = nrow(m), statistic = q, df = df, p = pchisq(q, df, lower.tail = FALSE), effect = q / (nrow(m) * df), f = NA, p_f = NA)
}
omnibus <- function(outcome) {
  m <- everywhere(outcomes[[outcome]])
  if (ncol(m) < 3 || nrow(m) < (if (outcome == "is_completed") 1 else 2) || all(m == m[, 1])) return(NULL)
  x <- tryCatch((if (outcome == "is_completed") cochran else friedman)(m), error = function(e) NULL)
  if (!is.null(x)) cbind(outcome = outcome, x)
}

# Groups are different people: the mean of each over the conditions that all groups meet, by Mann and Whitney. U counts the pairs in which one of the first group is higher.
people_of <- function(x, conditions) { # the mean of each person who has a value in all of the conditions
  here <- d$condition %in% conditions & !is.na(x)
  cells <- tapply(x[here], list(as.character(d$participant[here]), factor(d$condition[here], levels = conditions)), mean)
  rowMeans(cells[stats::complete.cases(cells), , drop = FALSE])
}
rank_sum <- function(own, group) { # p of people's values in two groups
  if (length(unique(own)) < 2) return(1)
  as.numeric(coin::pvalue(coin::wilcox_test(round(own, 10) ~ factor(group), distribution = "exact")))
}
group_names <- unique(levels_of$level[levels_of$factor == "group"])
compare_groups <- function(x, own, group, first, second) {
  a <- own[group == first]
  b <- own[group == second]
  if (length(a) == 0 || length(b) == 0) return(data.frame(first, second, n = NA, u = NA, superiority = NA, shift = NA, p = NA))
  above <- outer(a, b, function(a, b) (round(a - b, 10) > 0) + (round(a - b, 10) == 0) / 2)
  two <- group %in% c(first, second)
  data.frame(first, second, n = sum(two), u = sum(above), superiority = mean(above), shift = median(outer(a, b, "-")), p = rank_sum(own[two], group[two]))
}
groups_of <- function(outcome) {
  common <- met$condition[sapply(strsplit(met$groups, " ", fixed = TRUE), function(meet) all(group_names %in% meet))]
  if (length(group_names) < 2 || length(common) == 0) return(NULL)
  own <- people_of(outcomes[[outcome]], common)
  group <- d$group[match(names(own), as.character(d$participant))]
  x <- do.call(rbind, combn(group_names, 2, function(two) compare_groups(outcome, own, group, two[1], two[2]), simplify = FALSE))
  cbind(outcome = outcome, x, p_holm = ifelse(is.na(x$p), NA, p.adjust(ifelse(is.na(x$p), 1, x$p), "holm")))
}
searched <- any(nzchar(as.character(d$chosen_because)) & !is.na(d$chosen_because))
write_all <- function(of, file) { # what there is for each outcome
  x <- do.call(rbind, lapply(names(outcomes), of))
  if (!is.null(x)) write_to(x, file)
}
if (!searched) {
  write_all(tests_of, "pairs.csv")
  write_all(omnibus, "omnibus.csv")
  if (has("coin")) write_all(groups_of, "groups.csv")
}

## 10. Models

# They have a random intercept for each participant: a cumulative link mixed model for ratings, a linear one for other scores and for the logarithm of the
# time on task, a logistic one for completion. Conditions without a network are left out: no level of the network is theirs, so the effects could not be told
# apart. Compare them by themselves. The terms are the factors that vary, the group of participants last if all groups have values of the outcome in the same conditions, and the interaction of the first two. All is exploratory, unless a preregistration
# names the comparison.

far <- droplevels(d[d$network != "none", ])
varied <- Filter(function(name) length(unique(far[[name]])) > 1, intersect(c("access_level", "network", "task", grep("^factor_", names(far), value = TRUE)), names(far)))
# terms_of returns the factors of the model of these rows, all of which have a value.
terms_of <- function(rows) {
  met <- table(as.character(rows$group), as.character(rows$condition))
  c(varied, if (nrow(met) > 1 && all(met > 0)) "group") # between people
}
of <- function(outcome, terms) {
  effects <- c(terms, if (length(terms) > 1) paste(terms[1:2], collapse = ":"))
  as.formula(paste(outcome, "~", paste(c(effects, "(1 | participant)"), collapse = " + ")))
}
far$participant <- factor(far$participant)
models <- NULL
# keeps what a model says. One that the data do not determine has no standard errors: it is named, and no number of it is kept.
fit <- function(outcome, model, said) {
  found <- tryCatch(
    suppressMessages(suppressWarnings({
      x <- said()
      if (!all(is.finite(c(x$statistic, x$p)))) stop("The data do not determine it. There are too few trials, or a level in which nobody, or everybody, answered so.")
      x
    })),
    error = function(e) cat("\n", outcome, ": no ", model, " model. ", conditionMessage(e), "\n", sep = "")
  )
  if (!is.null(found)) models <<- rbind(models, cbind(outcome = outcome, model = model, found))
}
# Ordinal and logistic models have tests of Wald. They take their integral by adaptive quadrature at 10 points, as the page does. Coefficients are log
# odds against the first level.
coefficients_of <- function(m) {
  x <- coef(summary(m))
  data.frame(term = rownames(x), estimate = x[, 1], se = x[, 2], statistic = x[, 3], df1 = NA, df2 = NA, p = x[, 4])
}
ordinal_model <- function(outcome) fit(outcome, "ordinal", function() {
  rows <- droplevels(far[!is.na(far[[outcome]]), ])
  rows$rating <- factor(rows[[outcome]], ordered = TRUE)
  coefficients_of(ordinal::clmm(of("rating", terms_of(rows)), data = rows, nAGQ = 10, control = ordinal::clmm.control(gradTol = 1e-6, maxIter = 200)))
})
logistic_model <- function(outcome) fit(outcome, "logistic", function() {
  rows <- droplevels(far[!is.na(far[[outcome]]), ])
  coefficients_of(lme4::glmer(of(outcome, terms_of(rows)), data = rows, family = binomial, nAGQ = 10, control = lme4::glmerControl(optimizer = "bobyqa")))
})
# The linear model has F tests of type III, with degrees of freedom by Satterthwaite.
linear_model <- function(outcome, value, rows) fit(outcome, "linear", function() {
  rows <- droplevels(rows)
  terms <- terms_of(rows)
  sums <- sapply(terms, function(name) "contr.sum", simplify = FALSE)
  x <- anova(lmerTest::lmer(of(value, terms), data = rows, contrasts = sums, control = lme4::lmerControl(optimizer = "bobyqa")), type = 3)
  data.frame(term = rownames(x), estimate = NA, se = NA, statistic = x[["F value"]], df1 = x[["NumDF"]], df2 = x[["DenDF"]], p = x[["Pr(>F)"]])
})
# The aligned rank transform, for ratings of people who have all combinations: from each value all effects but one are taken away, and what is left is ranked. Of
# the analysis of these ranks the own effect counts only.
mean_by <- function(rows, terms) if (length(terms)) ave(rows$y, rows[terms]) else mean(rows$y)
aligned <- function(rows, terms, term) { # sums over the parts of a term, with turning signs
  effect <- 0
  for (size in 0:length(term)) for (part in combn(length(term), size, simplify = FALSE)) effect <- effect + (-1)^(length(term) - size) * mean_by(rows, term[part])
  rank(round(rows$y - mean_by(rows, terms) + effect, 9))
}
whole <- function(outcome) { # a value of each person in each combination
  told <- far[!is.na(far[[outcome]]), ]
  rows <- aggregate(told[outcome], told[c("participant", varied)], mean)
  names(rows)[ncol(rows)] <- "y"
  full <- prod(sapply(far[varied], nlevels))
  people <- names(which(table(rows$participant) == full))
  if (length(people) < 3) stop("Fewer than three people have a value in each condition.")
  droplevels(rows[rows$participant %in% people, ])
}
ranked <- function(rows, terms) lmerTest::lmer(as.formula(paste("k ~", paste(terms, collapse = " * "), "+ (1 | participant)")), rows, contrasts = sapply(terms, function(name) "contr.sum", simplify = FALSE))
art <- function(outcome) {
  rows <- whole(outcome)
  do.call(rbind, lapply(unlist(lapply(seq_along(varied), function(size) combn(varied, size, simplify = FALSE)), recursive = FALSE), function(term) {
    rows$k <- aligned(rows, varied, term)
    x <- anova(ranked(rows, varied), type = 3)[paste(term, collapse = ":"), ]
    data.frame(outcome = outcome, term = paste(term, collapse = ":"), f = x[["F value"]], df1 = x[["NumDF"]], df2 = x[["DenDF"]], p = x[["Pr(>F)"]])
  }))
}
# Contrasts need ranks of their own (ART-C): of the combinations of the first two factors if there are six at most, else of the first. Estimates are in ranks.
art_contrasts <- function(outcome) {
  rows <- whole(outcome)
  of <- if (length(varied) > 1 && prod(sapply(rows[varied[1:2]], nlevels)) <= 6) varied[1:2] else varied[1]
  rows$place <- interaction(rows[of], sep = "/", lex.order = TRUE)
  rows$k <- rank(round(rows$y - mean_by(rows, varied) + mean_by(rows, of) - mean(rows$y), 9))
  means <- emmeans::emmeans(ranked(rows, c("place", setdiff(varied, of))), "place", lmer.df = "satterthwaite")
  x <- as.data.frame(summary(pairs(means), adjust = "none"))
  places <- combn(levels(rows$place), 2)
  data.frame(outcome = outcome, first = places[1, ], second = places[2, ], ranks = x$estimate, se = x$SE, df = x$df, p = x$p.value, p_holm = p.adjust(x$p.value, "holm"))
}
quietly <- function(of) function(outcome) tryCatch(suppressMessages(suppressWarnings(of(outcome))), error = function(e) cat("\n", outcome, ": no aligned ranks. ", conditionMessage(e), "\n", sep = ""))
# Where the study searches for the crossover, everybody met other networks, which followed from what they had answered. Models of conditions are refused
# there: the people of one condition are no sample of all.
if (searched) cat("\nThis study searches for the crossover: no models. The page of the results has the estimates that it was made for.\n")
if (nrow(far) > 0 && length(varied) > 0 && !searched) {
  for (s in scores) {
    points <- length(unique(na.omit(far[[s]])))
    if (points < 2) next
    if (points <= 11 && has("ordinal")) ordinal_model(s)
    if (points > 11 && has("lmerTest")) linear_model(s, s, far[!is.na(far[[s]]), ])
  }
  if (has("lmerTest")) {
    linear_model("log_time_on_task", "log(time_on_task_ms / 1000)", far[which(!far$is_censored & far$time_on_task_ms > 0), ])
    logistic_model("is_completed")
  }
}
if (!is.null(models)) write_to(models, "models.csv")
if (length(varied) > 0 && !searched && has("lmerTest", "emmeans")) {
  for (x in list(list(art, "art.csv"), list(art_contrasts, "artc.csv"))) {
    rows <- do.call(rbind, lapply(ratings_of, quietly(x[[1]])))
    if (!is.null(rows)) write_to(rows, x[[2]])
  }
}

## 11. Planned comparisons

# The design has planned these before anybody came; what the page found is in the table planned. Here they are made anew of the trials. A person's value
# for a level is their mean over its conditions; who lacks one of these is left out. The signed rank test with ties and zeros needs the package coin (Debian:
# r-cran-coin). Who is blind has no such table.

planned <- if (file.exists(file_of("planned"))) table_of("planned") else data.frame()
value_of <- function(c) { # the outcome of each trial
  x <- as.numeric(d[[c$analysis_column]])
  if (c$outcome == "time_on_task") x <- ifelse(!d$is_censored & x > 0, log(x / 1000), NA)
  x
}
side_of <- function(x, conditions) people_of(x, strsplit(conditions, " // ", fixed = TRUE)[[1]])
paired_t <- function(difference, alternative) t.test(difference, alternative = alternative)$p.value
# Groups are different people: what is compared is the mean of each over the conditions that both groups meet.
mann_whitney <- function(c, x) {
  own <- side_of(x, c$first_conditions)
  group <- d$group[match(names(own), as.character(d$participant))]
  found <- compare_groups(x, own, group, c$first, c$second)
  data.frame(comparison = c$comparison, family = c$family, n = found$n, estimate = found$shift, low = NA, high = NA, p = found$p)
}
# A claim with a margin is tested by one-sided tests at that margin, an equivalence by two of them (TOST): the larger p counts. Its interval has 90 %.
estimate_of <- function(test, e, level) {
  if (test == "mcnemar") return(data.frame(estimate = mean(e), low = NA, high = NA))
  if (test == "paired_t") {
    x <- t.test(e, conf.level = level)$conf.int
    return(data.frame(estimate = mean(e), low = x[1], high = x[2]))
  }
  x <- shift_of(e, (1 - level) / 2)
  data.frame(estimate = x$difference, low = x$low, high = x$high)
}
p_of <- function(c) {
  x <- value_of(c)
  if (c$test == "mann_whitney") return(mann_whitney(c, x))
  first <- side_of(x, c$first_conditions)
  second <- side_of(x, c$second_conditions)
  both <- intersect(names(first), names(second))
  difference <- round(first[both] - second[both], 10) # equal differences have equal ranks
  test <- list(signed_rank = signed_rank, paired_t = paired_t, mcnemar = mcnemar)[[c$test]]
  p <- switch(c$claim,
    differs = test(difference, "two.sided"),
    not_lower = test(difference + c$margin, "greater"),
    not_higher = test(difference - c$margin, "less"),
    equivalent = max(test(difference + c$margin, "greater"), test(difference - c$margin, "less"))
  )
  data.frame(comparison = c$comparison, family = c$family, n = length(both), estimate_of(c$test, difference, if (c$claim == "differs") 0.95 else 0.9), p = p)
}
if (nrow(planned) > 0) planned <- planned[planned$verdict != "not tested" & (!planned$test %in% c("signed_rank", "mann_whitney") | has("coin")), ]
if (nrow(planned) > 0) write_to(do.call(rbind, lapply(seq_len(nrow(planned)), function(i) p_of(planned[i, ]))), "planned.csv")
cat("Tables, figures and models are in the directory results.\n")
