# Describes this study as its results page does, draws it, and fits models. Run it in the directory of README.txt:
#
#     Rscript analysis/analyse.R
#
# It needs R and nothing else. If the packages ordinal and lmerTest are there (Debian: r-cran-ordinal, r-cran-lmertest), it fits
# models, too. What it finds is in the directory results. Change it as you like: it is a beginning.

# Names stay texts, also those that look like numbers: the network 3.0 is not the network 3, and T is not TRUE. If columns are named, only they are read.
is_name <- function(column) {
  column %in% c("participant", "group", "access_level", "network", "task", "form", "condition", "factor", "level", "analysis_column") | grepl("^factor_", column)
}
table_of <- function(name, columns = NULL) {
  file <- file.path("data", paste0("description-", name, "_data.csv"))
  header <- names(read.csv(file, nrows = 1))
  classes <- ifelse(is_name(header), "character", NA)
  if (!is.null(columns)) classes[!header %in% columns] <- "NULL"
  read.csv(file, colClasses = classes)
}
write_to <- function(x, file) write.csv(x, file.path("results", file), row.names = FALSE, na = "")
dir.create("results", showWarnings = FALSE)

# 1. The trials that count. why_not says of the others why they do not.

trials <- table_of("analysis")
d <- trials[trials$counts, ]
cat(nrow(d), "trials of", length(unique(d$participant)), "participants count. Those that do not:\n")
print(table(why_not = trials$why_not[!trials$counts]))
if (nrow(d) == 0) quit(save = "no")

# 2. Factors with their levels in the order of the design, so that tables and figures have it, too.

levels_of <- table_of("levels")
for (name in intersect(unique(levels_of$factor), names(d))) {
  own <- levels_of[levels_of$factor == name, ]
  own <- own[order(own$level_order), ]
  d[[name]] <- droplevels(factor(d[[name]], levels = unique(own$level)))
}
conditions <- table_of("conditions")
d$condition <- factor(d$condition, levels = intersect(unique(conditions$condition), d$condition))

# 3. Scores: the measures and the numeric questions that were answered about these trials.

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

# 4. Tasks: completion with Wilson's interval, and time on task. Where somebody has several trials, that interval would be too narrow, and there is none.

wilson <- function(done, who) {
  interval <- c(NA, NA)
  if (!anyDuplicated(who)) interval <- suppressWarnings(prop.test(sum(done), length(done), correct = FALSE))$conf.int
  data.frame(completed = sum(done), of = length(done), share = mean(done), low = interval[1], high = interval[2])
}
write_to(by_condition(d$is_completed, wilson), "completed.csv")
seconds <- ifelse(d$time_on_task_ms > 0, d$time_on_task_ms / 1000, NA) # else a clock was set back
write_to(by_condition(seconds, describe), "time_on_task.csv")

# 5. Response times, over all inputs of a condition. What was never answered is in no quantile, and counts as slow.

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

# 6. Figures: a dot is a trial, the line is the mean of people with its interval.

pdf(file.path("results", "figures.pdf"), width = 8, height = 5)
par(mar = c(4, 14, 3, 1), las = 1)
for (s in scores) {
  stripchart(d[[s]] ~ d$condition, method = "jitter", pch = 16, col = "#00000055", xlab = s, main = s)
  found <- ratings[ratings$score == s, ]
  at <- match(found$condition, levels(d$condition))
  segments(found$low, at, found$high, at, lwd = 2)
  points(found$mean, at, pch = 18, cex = 1.5)
}
invisible(dev.off())

# 7. Models, with a random intercept for each participant. Conditions without a network are left out: no level of the network is theirs, so
# the effects could not be told apart. Compare them by themselves.

far <- droplevels(d[d$network != "none", ])
varied <- Filter(function(name) length(unique(far[[name]])) > 1, intersect(c("access_level", "network", "task", "group", grep("^factor_", names(far), value = TRUE)), names(far)))
# A model that the data do not determine has no standard errors. It is named, and no number of it is shown.
fit <- function(what, model) {
  cat("\n==", what, "\n")
  found <- tryCatch(suppressWarnings(model()), error = function(e) cat("No model:", conditionMessage(e), "\n"))
  if (is.null(found)) return(invisible())
  said <- suppressWarnings(summary(found))
  if (!all(is.finite(coef(said)))) {
    cat("No model: the data do not determine it. There are too few trials, or a level in which nobody, or everybody, answered so.\n")
    return(invisible())
  }
  print(said)
}
effects <- paste(varied, collapse = " + ")
if (all(c("access_level", "network") %in% varied)) effects <- paste(effects, "+ access_level:network")
if (nrow(far) > 0 && length(varied) > 0) {
  sink(file.path("results", "models.txt"))
  cat("Exploratory, unless a preregistration names the comparison. Fixed effects:", effects, "\n")
  for (s in scores) {
    points <- length(unique(na.omit(far[[s]])))
    if (points < 2) next
    if (points <= 11 && requireNamespace("ordinal", quietly = TRUE)) {
      fit(paste(s, "(cumulative link mixed model)"), function() {
        ordinal::clmm(as.formula(paste0("factor(", s, ", ordered = TRUE) ~ ", effects, " + (1 | participant)")), data = transform(far, participant = factor(participant)))
      })
    } else if (points > 11 && requireNamespace("lmerTest", quietly = TRUE)) {
      fit(paste(s, "(linear mixed model)"), function() lmerTest::lmer(as.formula(paste0(s, " ~ ", effects, " + (1 | participant)")), data = far))
    }
  }
  if (requireNamespace("lmerTest", quietly = TRUE)) {
    done <- far[!far$is_censored & far$time_on_task_ms > 0, ]
    fit("log of the time on task, of tasks that were done (linear mixed model)", function() lmerTest::lmer(as.formula(paste0("log(time_on_task_ms) ~ ", effects, " + (1 | participant)")), data = done))
  }
  sink()
}
cat("Tables, figures and models are in the directory results.\n")
