# Describes this study as its results page does, draws it, and fits models. Run it in the directory of README.txt:
#
#     Rscript analysis/analyse.R
#
# It needs R and nothing else. If the packages ordinal, lme4 and lmerTest are there (Debian: r-cran-ordinal, r-cran-lmertest), it fits
# models, too. What it finds is in the directory results. Change it as you like: it is a beginning. analyse.qmd has the same steps as a document
# of Quarto, which shows what they find: quarto render analysis/analyse.qmd.

## Reading and writing

# Names stay texts, also those that look like numbers: the network 3.0 is not the network 3, and T is not TRUE. If columns are named, only they are
# read. What is written is in the directory results; a document shows it, too.

is_name <- function(column) {
  column %in% c("participant", "group", "access_level", "network", "task", "form", "condition", "factor", "level", "analysis_column", "first", "second", "first_conditions", "second_conditions", "block_column", "visit_column") | grepl("^factor_", column)
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

## 3. Scores

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

## 4. Tasks

# Completion with Wilson's interval, and time on task. Where somebody has several trials, that interval would be too narrow, and there is none.

wilson <- function(done, who) {
  interval <- c(NA, NA)
  if (!anyDuplicated(who)) interval <- suppressWarnings(prop.test(sum(done), length(done), correct = FALSE))$conf.int
  data.frame(completed = sum(done), of = length(done), share = mean(done), low = interval[1], high = interval[2])
}
write_to(by_condition(d$is_completed, wilson), "completed.csv")
seconds <- ifelse(d$time_on_task_ms > 0, d$time_on_task_ms / 1000, NA) # else a clock was set back
write_to(by_condition(seconds, describe), "time_on_task.csv")

## 5. Response times

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

## 6. Figures

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
if (!in_document) invisible(dev.off())

## 7. Models

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
# Where the study searches for the crossover, everybody met other networks, which followed from what they had answered. Models of conditions are refused
# there: the people of one condition are no sample of all.
searched <- any(nzchar(as.character(d$chosen_because)) & !is.na(d$chosen_because))
if (searched) cat("\nThis study searches for the crossover: no models. The page of the results has the estimates that it was made for.\n")
if (nrow(far) > 0 && length(varied) > 0 && !searched) {
  for (s in scores) {
    points <- length(unique(na.omit(far[[s]])))
    if (points < 2) next
    if (points <= 11 && requireNamespace("ordinal", quietly = TRUE)) ordinal_model(s)
    if (points > 11 && requireNamespace("lmerTest", quietly = TRUE)) linear_model(s, s, far[!is.na(far[[s]]), ])
  }
  if (requireNamespace("lmerTest", quietly = TRUE)) {
    linear_model("log_time_on_task", "log(time_on_task_ms / 1000)", far[which(!far$is_censored & far$time_on_task_ms > 0), ])
    logistic_model("is_completed")
  }
}
if (!is.null(models)) write_to(models, "models.csv")

## 8. Planned comparisons

# The design has planned these before anybody came; what the page found is in the table planned. Here they are made anew of the trials. A person's value
# for a level is their mean over its conditions; who lacks one of these is left out. The signed rank test with ties and zeros needs the package coin (Debian:
# r-cran-coin). Who is blind has no such table.

planned <- if (file.exists(file_of("planned"))) table_of("planned") else data.frame()
value_of <- function(c) { # the outcome of each trial
  x <- as.numeric(d[[c$analysis_column]])
  if (c$outcome == "time_on_task") x <- ifelse(!d$is_censored & x > 0, log(x / 1000), NA)
  x
}
people_of <- function(x, conditions) { # the mean of each person who has a value in all of the conditions
  conditions <- strsplit(conditions, " // ", fixed = TRUE)[[1]]
  here <- d$condition %in% conditions & !is.na(x)
  cells <- tapply(x[here], list(as.character(d$participant[here]), factor(d$condition[here], levels = conditions)), mean)
  rowMeans(cells[stats::complete.cases(cells), , drop = FALSE])
}
signed_rank <- function(difference, alternative) {
  zero <- rep(0, length(difference))
  if (all(difference == 0)) return(1)
  as.numeric(coin::pvalue(coin::wilcoxsign_test(difference ~ zero, distribution = "exact", zero.method = "Pratt", alternative = alternative)))
}
paired_t <- function(difference, alternative) t.test(difference, alternative = alternative)$p.value
mcnemar <- function(difference, alternative) if (any(difference != 0)) binom.test(sum(difference > 0), sum(difference != 0))$p.value else 1
# Groups are different people: what is compared is the mean of each over the conditions that both groups meet.
mann_whitney <- function(c, x) {
  own <- people_of(x, c$first_conditions)
  group <- d$group[match(names(own), as.character(d$participant))]
  own <- own[group %in% c(c$first, c$second)]
  group <- factor(group[group %in% c(c$first, c$second)])
  p <- if (length(unique(own)) < 2) 1 else as.numeric(coin::pvalue(coin::wilcox_test(round(own, 10) ~ group, distribution = "exact")))
  data.frame(comparison = c$comparison, family = c$family, n = length(own), p = p)
}
p_of <- function(c) {
  x <- value_of(c)
  if (c$test == "mann_whitney") return(mann_whitney(c, x))
  first <- people_of(x, c$first_conditions)
  second <- people_of(x, c$second_conditions)
  both <- intersect(names(first), names(second))
  difference <- round(first[both] - second[both], 10) # equal differences have equal ranks
  test <- list(signed_rank = signed_rank, paired_t = paired_t, mcnemar = mcnemar)[[c$test]]
  p <- switch(c$claim,
    differs = test(difference, "two.sided"),
    not_lower = test(difference + c$margin, "greater"),
    not_higher = test(difference - c$margin, "less"),
    equivalent = max(test(difference + c$margin, "greater"), test(difference - c$margin, "less"))
  )
  data.frame(comparison = c$comparison, family = c$family, n = length(both), p = p)
}
if (nrow(planned) > 0) planned <- planned[planned$verdict != "not tested" & (!planned$test %in% c("signed_rank", "mann_whitney") | requireNamespace("coin", quietly = TRUE)), ]
if (nrow(planned) > 0) write_to(do.call(rbind, lapply(seq_len(nrow(planned)), function(i) p_of(planned[i, ]))), "planned.csv")
cat("Tables, figures and models are in the directory results.\n")
