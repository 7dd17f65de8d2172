# Reads studies, "study,participant,method,cell,value", and prints "study test,p" for each: what R finds where nothing is.
suppressMessages({library(coin); library(ordinal); library(lme4); library(lmerTest)})
all <- read.csv(file("stdin"), stringsAsFactors = TRUE)
for (s in unique(all$study)) { d <- droplevels(all[all$study == s, ]); say <- function(name, p) cat(sprintf("%d %s,%.15g\n", s, name, as.numeric(p)))
  d$condition <- factor(paste(d$method, d$cell)); m <- matrix(NA, nlevels(d$participant), 4); m[cbind(as.integer(d$participant), as.integer(d$condition))] <- d$value # near comes after far
  say("friedman", friedman.test(m)$p.value); x <- m[, 2]; y <- m[, 3]
  for (z in c("Wilcoxon", "Pratt")) say(z, pvalue(wilcoxsign_test(x ~ y, distribution = "exact", zero.method = z)))
  say("t", t.test(x, y, paired = TRUE)$p.value)
  l <- suppressMessages(lmer(value ~ method*cell + (1 | participant), d, contrasts = list(method = "contr.sum", cell = "contr.sum"))); a <- anova(l, type = 3)
  for (e in rownames(a)) say(paste("linear", e), a[e, "Pr(>F)"])
  d$ordered <- factor(d$value, ordered = TRUE); fit <- function(f) clmm(f, data = d, control = clmm.control(gradTol = 1e-6, maxIter = 200))
  big <- fit(ordered ~ method*cell + (1 | participant)); add <- fit(ordered ~ method + cell + (1 | participant)); one <- fit(ordered ~ cell + (1 | participant))
  lr <- function(a, b) pchisq(2*as.numeric(logLik(a) - logLik(b)), 1, lower.tail = FALSE)
  say("ordinal method:cell", lr(big, add)); say("ordinal method", lr(add, one)) }
