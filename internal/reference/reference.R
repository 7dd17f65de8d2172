# Prints what R finds in data.csv, one "name,value" a line, as the tests of analysis/stat and analysis/model expect it.
#   go test ./internal/reference -update, or Rscript reference.R > reference.csv
# data.csv is made up: 12 participants, methods stream and vnc, networks near and far, a rating from 1 to 7, a workload
# from 0 to 100, whether the task was completed, a response time. Debian packages: r-base-core r-cran-ordinal
# r-cran-lme4 r-cran-lmertest r-cran-emmeans r-cran-coin r-cran-survival.
# TestReferenceIsWhatRSays runs it again where R is there.
suppressMessages({library(coin); library(ordinal); library(lme4); library(lmerTest); library(emmeans); library(survival)})
say <- function(name, x) cat(sprintf("%s,%.15g\n", name, as.numeric(x)), sep = "")
d <- read.csv("data.csv", stringsAsFactors = TRUE)
d$method <- factor(d$method, c("stream", "vnc")); d$network <- factor(d$network, c("near", "far"))
conditions <- c("stream/near", "stream/far", "vnc/near", "vnc/far")
d$condition <- factor(paste(d$method, d$network, sep = "/"), conditions)
d$ordered <- factor(d$rating, ordered = TRUE)
wide <- function(v) { m <- matrix(NA, 12, 4); m[cbind(as.integer(d$participant), as.integer(d$condition))] <- d[[v]]; m }
two <- combn(4, 2)
pair <- apply(two, 2, function(k) paste(conditions[k], collapse = " "))

# Friedman
for (v in c("rating", "workload", "response_ms", "missing")) {
  m <- wide(if (v == "missing") "rating" else v); if (v == "missing") m[5, 4] <- NA
  m <- m[complete.cases(m), ]; f <- friedman.test(m); n <- nrow(m); W <- unname(f$statistic)/(n*3); F <- (n - 1)*W/(1 - W)
  for (x in list(list("n", n), list("chi2", f$statistic), list("p", f$p.value), list("W", W), list("F", F), list("FP", pf(F, 3, 3*(n - 1), lower.tail = FALSE)))) say(paste0("friedman ", v, " ", x[[1]]), x[[2]])
}
# Wilcoxon signed rank, of differences without rounding errors: 56-46.8 and 74.6-65.4 are a tie, which R would break.
# "raw": of differences as R computes them, without ties, where wilcox.test is exact and has an exact interval
for (v in c("rating", "workload", "response_ms")) { m <- wide(v); P <- NULL
  for (i in 1:6) { e <- m[, two[1, i]] - m[, two[2, i]]; x <- round(e, 9); y <- 0*x; name <- paste("signed", v, pair[i])
    w <- suppressWarnings(wilcox.test(x, y, paired = TRUE, exact = FALSE)); say(paste(name, "V"), w$statistic)
    for (z in c("Wilcoxon", "Pratt")) { s <- wilcoxsign_test(x ~ y, distribution = "exact", zero.method = z); say(paste(name, z, "Z"), statistic(s)); say(paste(name, z, "p"), pvalue(s)); if (z == "Wilcoxon") P <- c(P, pvalue(s)) }
    if (v == "response_ms") { h <- wilcox.test(e, exact = TRUE, conf.int = TRUE); say(paste(name, "raw", c("V", "p", "estimate", "low", "high")), c(h$statistic, h$p.value, h$estimate, h$conf.int)) } }
  say(paste("signed", v, pair, "holm"), p.adjust(P, "holm")) }
# beyond the exact limit: 250 differences, made without a generator so that Go can make them too
x <- (1:250*7919) %% 251 - 100; say(paste("signed many", c("V", "p")), unlist(suppressWarnings(wilcox.test(x, exact = FALSE))[c("statistic", "p.value")]))
# Mann-Whitney: the first six participants' stream/near against the other six's vnc/far; and 2 x 60 values
m <- wide("rating"); g <- factor(rep(c("a", "b"), each = 6)); y <- c(m[1:6, 1], m[7:12, 4]); say("mann rating p", pvalue(wilcox_test(y ~ g, distribution = "exact"))); say("mann rating U", suppressWarnings(wilcox.test(y ~ g))$statistic)
m <- wide("response_ms"); y <- c(m[1:6, 1], m[7:12, 3]); w <- wilcox.test(y ~ g, exact = TRUE, conf.int = TRUE); say(paste("mann response_ms", c("U", "p", "estimate", "low", "high")), c(w$statistic, w$p.value, w$estimate, w$conf.int))
y <- (1:120*7919) %% 97; g <- factor(rep(c("a", "b"), each = 60)); w <- wilcox.test(y ~ g, exact = FALSE); say(paste("mann many", c("U", "p")), c(w$statistic, w$p.value))
# paired t, TOST
w <- wide("workload"); e <- w[, 3] - w[, 1]; t <- t.test(e); se <- sd(e)/sqrt(12)
say(paste("t", c("mean", "t", "p", "low", "high", "dz", "below", "above", "low90", "high90")), c(mean(e), t$statistic, t$p.value, t$conf.int, mean(e)/sd(e), pt((mean(e) + 10)/se, 11, lower.tail = FALSE), pt((mean(e) - 10)/se, 11), mean(e) + qt(c(.05, .95), 11)*se))
say(paste("tost t", c("below", "above")), c(t.test(e, mu = -10, alternative = "greater")$p.value, t.test(e, mu = 10, alternative = "less")$p.value))
# TOST by ranks: of differences that were moved by the bound, with ties and zeros by coin, and without by wilcox.test
for (v in c("rating", "workload")) { m <- wide(v); bound <- c(rating = 1, workload = 10)[[v]]; x <- m[, 3] - m[, 1]
  for (z in c("Wilcoxon", "Pratt")) { above <- function(y) { y <- round(y, 9); o <- 0*y; as.numeric(pvalue(wilcoxsign_test(y ~ o, distribution = "exact", zero.method = z, alternative = "greater"))) }
    say(paste("tost", v, z, c("below", "above")), c(above(x + bound), above(bound - x))) } }
e <- wide("response_ms"); e <- e[, 3] - e[, 1]; h <- wilcox.test(e, exact = TRUE, conf.int = TRUE, conf.level = .9)
say(paste("tost response_ms", c("below", "above", "estimate", "low90", "high90")), c(wilcox.test(e, mu = -20, alternative = "greater", exact = TRUE)$p.value, wilcox.test(e, mu = 20, alternative = "less", exact = TRUE)$p.value, h$estimate, h$conf.int))
x <- (1:250*7919) %% 251 - 100; h <- suppressWarnings(wilcox.test(x, exact = FALSE, conf.int = TRUE, conf.level = .9)); say(paste("tost many", c("below", "above")), c(suppressWarnings(wilcox.test(x, mu = -20, alternative = "greater", exact = FALSE)$p.value), suppressWarnings(wilcox.test(x, mu = 40, alternative = "less", exact = FALSE)$p.value)))
# McNemar, Cochran's Q, the latter over all permutations within participants, counted
m <- wide("completed"); p <- sapply(1:6, function(i) { b <- sum(m[, two[1, i]] > m[, two[2, i]]); c <- sum(m[, two[1, i]] < m[, two[2, i]]); binom.test(b, b + c)$p.value })
say(paste("mcnemar", pair), p); q <- 7/14; r <- 1/14; say(paste("mcnemar difference", c("low", "high")), q - r + c(-1, 1)*qnorm(.975)*sqrt((q + r - (q - r)^2)/14)) # Bonett and Price, 6 against 0 of 12
 say(paste("mcnemar", pair, "holm"), p.adjust(p, "holm"))
q <- symmetry_test(completed ~ condition | participant, data = transform(d, completed = factor(completed)), teststat = "quadratic"); say(paste("cochran", c("Q", "p")), c(statistic(q), pvalue(q)))
R <- rowSums(m); Q <- function(C) 3*(4*sum(C^2) - sum(C)^2)/(4*sum(R) - sum(R^2))
tot <- c("0 0 0 0" = 1); for (r in R) { nxt <- numeric(0); sets <- combn(4, r)
  for (s in names(tot)) for (j in seq_len(ncol(sets))) { u <- as.integer(strsplit(s, " ")[[1]]); u[sets[, j]] <- u[sets[, j]] + 1L; k <- paste(u, collapse = " "); nxt[k] <- (if (is.na(nxt[k])) 0 else nxt[k]) + tot[s]/ncol(sets) }
  tot <- nxt }
say("cochran exact", sum(tot[sapply(strsplit(names(tot), " "), function(u) Q(as.integer(u))) >= Q(colSums(m)) - 1e-9]))
# Kaplan-Meier: response times as durations, those not completed cut off; vnc/near has few and vnc/far many
for (c in conditions) { s <- d[d$condition == c, ]; f <- survfit(Surv(response_ms, completed) ~ 1, s, conf.type = "log-log"); t <- summary(f)$table
  say(paste("km", c, c("median", "low", "high")), t[c("median", "0.95LCL", "0.95UCL")]); i <- which(f$n.event > 0)
  say(paste("km", c, "left", seq_along(i)), f$surv[i]); say(paste("km", c, "lower", seq_along(i)), f$lower[i]); say(paste("km", c, "upper", seq_along(i)), f$upper[i]) }
# Linear mixed models, REML, Satterthwaite, sum-to-zero; beside them the closed form that REML has for balanced data
# and the analysis of variance with repeated measures
sums <- list(method = "contr.sum", network = "contr.sum")
for (v in c("workload", "log", "gaps")) { x <- d; x$y <- if (v == "workload") d$workload else log(d$response_ms); if (v == "gaps") { x$y <- d$workload; x <- x[-c(2, 7, 8, 21, 40), ] }
  m <- lmer(y ~ method*network + (1 | participant), x, contrasts = sums, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = .2, rhoend = 1e-10)))
  s <- coef(summary(m)); for (i in 1:4) say(paste("lmm", v, "coefficient", i, c("estimate", "SE", "df", "t", "p")), s[i, ])
  a <- as.data.frame(anova(m, type = 3)); for (i in 1:3) say(paste("lmm", v, "effect", i, c("df2", "F", "p")), a[i, 4:6])
  vc <- as.data.frame(VarCorr(m))$vcov; say(paste("lmm", v, c("participant", "residual", "criterion")), c(vc, REMLcrit(m)))
  e <- as.data.frame(summary(pairs(emmeans(m, ~ method | network, lmer.df = "satterthwaite"), reverse = TRUE), adjust = "none", by = NULL, infer = c(TRUE, TRUE)))
  for (i in 1:2) say(paste("lmm", v, "contrast", i, c("estimate", "SE", "df", "low", "high", "p")), e[i, c("estimate", "SE", "df", "lower.CL", "upper.CL", "p.value")])
  e <- as.data.frame(summary(pairs(emmeans(m, ~ method, lmer.df = "satterthwaite"), reverse = TRUE), adjust = "none")); say(paste("lmm", v, "method", c("estimate", "SE")), e[1, c("estimate", "SE")])
  if (v != "gaps") { a <- summary(aov(y ~ method*network + Error(participant/(method*network)), x)); M <- matrix(NA, 12, 4); M[cbind(as.integer(d$participant), as.integer(d$condition))] <- x$y
    for (i in 1:3) { s <- a[[paste0("Error: participant:", c("method", "network", "method:network")[i])]][[1]]; say(paste("rm", v, i, c("squares", "error", "F", "p")), c(s[1, 2], s[2, 2], s[1, 4], s[1, 5])) }
    er <- sapply(c("method", "method:network"), function(e) a[[paste0("Error: participant:", e)]][[1]][2, 2]); say(paste("rm", v, "taste"), pf(er[1]/er[2], 11, 11, lower.tail = FALSE))
    s <- anova(lm(M ~ 1), X = ~1, test = "Spherical"); say(paste("rm", v, "four", c("F", "p", "PGG", "PHF")), s[1, c("F", "Pr(>F)", "G-G Pr", "H-F Pr")]) } }
m <- lmer(y ~ condition + (1 | participant), transform(d, y = workload)[-c(2, 7, 8, 21, 40), ], contrasts = list(condition = "contr.sum")); a <- anova(m, type = 3); say(paste("lmm four", c("df2", "F", "p")), a[1, 4:6])
# one covariate; a study in which people do not differ, so that the variance between them is 0
m <- lmer(y ~ log2(response_ms) + method + (1 | participant), transform(d, y = workload), contrasts = sums["method"]); s <- coef(summary(m)); for (i in 1:3) say(paste("lmm covariate", i, c("estimate", "SE", "df")), s[i, 1:3])
x <- transform(d, y = workload - ave(workload, participant)); m <- suppressMessages(lmer(y ~ method*network + (1 | participant), x, contrasts = sums)); s <- coef(summary(m)); say(paste("lmm singular", c("estimate", "SE", "df")), s[2, 1:3])
# Aligned rank transform by hand: residual = y - cell mean, aligned = residual + effect, rounded, ranked; only the own F counts
for (v in c("rating", "workload")) { y <- d[[v]]; g <- mean(y); cell <- ave(y, d$method, d$network); a <- ave(y, d$method); b <- ave(y, d$network)
  al <- list(method = y - cell + a - g, network = y - cell + b - g, `method:network` = y - cell + cell - a - b + g)
  for (i in 1:3) { x <- d; x$k <- rank(round(al[[i]], 10)); s <- summary(aov(k ~ method*network + Error(participant/(method*network)), x))[[paste0("Error: participant:", names(al)[i])]][[1]]
    A <- anova(lmer(k ~ method*network + (1 | participant), x, contrasts = sums), type = 3)
    say(paste("art", v, i, c("F", "df2", "p", "others", "F repeated", "p repeated")), c(A[i, "F value"], A[i, "DenDF"], A[i, "Pr(>F)"], max(A[-i, "F value"]), s[1, 4], s[1, 5])) }
  x <- d; x$k <- rank(y); e <- as.data.frame(summary(pairs(emmeans(lmer(k ~ condition + (1 | participant), x), ~ condition, lmer.df = "satterthwaite")), adjust = "none"))
  h <- p.adjust(e$p.value, "holm"); for (i in 1:6) say(paste("artc", v, pair[i], c("estimate", "SE", "df", "p", "holm")), c(e$estimate[i], e$SE[i], e$df[i], e$p.value[i], h[i]))
  x$k <- rank(round(al$method, 10)); e <- as.data.frame(summary(pairs(emmeans(lmer(k ~ method*network + (1 | participant), x), ~ method, lmer.df = "satterthwaite")), adjust = "none")); say(paste("artc", v, "stream vnc", c("estimate", "SE", "p")), c(e$estimate, e$SE, e$p.value)) }
# Cumulative link mixed models and logistic ones, by Laplace and by adaptive Gauss-Hermite
ctl <- clmm.control(gradTol = 1e-6, maxIter = 200)
nothresholds <- function(m) coef(m)[-seq_len(nlevels(d$ordered) - 1)]
for (q in c(1, 10)) { full <- clmm(ordered ~ method*network + (1 | participant), data = d, nAGQ = q, control = ctl, Hess = TRUE); add <- clmm(ordered ~ method + network + (1 | participant), data = d, nAGQ = q, control = ctl, Hess = TRUE)
  for (n in c("full", "add")) { m <- get(n); se <- sqrt(diag(vcov(m)))[seq_along(coef(m))]; for (i in seq_along(coef(m))) say(paste("clmm", q, n, i, c("estimate", "SE")), c(coef(m)[i], se[i])); say(paste("clmm", q, n, c("variance", "loglik")), c(VarCorr(m)$participant, logLik(m))) }
  lr <- function(big, small) { x <- 2*as.numeric(logLik(big) - logLik(small)); c(x, pchisq(x, 1, lower.tail = FALSE)) }
  om <- clmm(ordered ~ network + (1 | participant), data = d, nAGQ = q, control = ctl); on <- clmm(ordered ~ method + (1 | participant), data = d, nAGQ = q, control = ctl)
  say(paste("clmm", q, "method", c("LR", "p")), lr(add, om)); say(paste("clmm", q, "network", c("LR", "p")), lr(add, on)); say(paste("clmm", q, "method:network", c("LR", "p")), lr(full, add)) }
full <- clmm(ordered ~ method*network + (1 | participant), data = d, control = ctl, Hess = TRUE)
e <- as.data.frame(summary(pairs(emmeans(full, ~ method | network), reverse = TRUE), adjust = "none", by = NULL, infer = c(TRUE, TRUE))); for (i in 1:2) say(paste("clmm contrast", i, c("estimate", "SE", "p", "low", "high")), e[i, c("estimate", "SE", "p.value", "asymp.LCL", "asymp.UCL")])
m <- clmm(ordered ~ log2(response_ms) + (1 | participant), data = d, control = ctl); s <- coef(summary(m))["log2(response_ms)", ]; say(paste("clmm doubling", c("estimate", "SE", "loglik")), c(s[1:2], logLik(m)))
gc <- glmerControl(optimizer = "bobyqa", optCtrl = list(maxfun = 1e6, rhobeg = .1, rhoend = 1e-10), tolPwrss = 1e-12)
for (q in c(1, 25)) { m <- glmer(completed ~ method + network + (1 | participant), d, binomial, nAGQ = q, control = gc); s <- coef(summary(m)); for (i in 1:3) say(paste("glmm", q, i, c("estimate", "SE", "p")), s[i, c(1, 2, 4)]); say(paste("glmm", q, c("variance", "loglik")), c(VarCorr(m)[[1]], logLik(m))) }
# Groups of people: the first six against the others, who meet the same methods
x <- transform(d, group = factor(ifelse(as.integer(participant) <= 6, "a", "b"), c("a", "b")))
m <- lmer(workload ~ group*method + (1 | participant), x, contrasts = list(group = "contr.sum", method = "contr.sum"), control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = .2, rhoend = 1e-10)))
a <- as.data.frame(anova(m, type = 3)); for (i in 1:3) say(paste("groups lmm", i, c("df2", "F", "p")), a[i, 4:6])
e <- as.data.frame(summary(pairs(emmeans(m, ~ group, lmer.df = "satterthwaite"), reverse = TRUE), adjust = "none")); say(paste("groups lmm contrast", c("estimate", "SE", "df")), e[1, c("estimate", "SE", "df")])
m <- clmm(ordered ~ group + method + (1 | participant), data = x, control = ctl); s <- coef(summary(m))[c("groupb", "methodvnc"), ]; for (i in 1:2) say(paste("groups clmm", i, c("estimate", "SE")), s[i, 1:2])
# Where stream and vnc are equal along log2 of a round trip of 2 (near) or 32 (far), by Fieller's theorem
x <- transform(d, trip = ifelse(network == "near", 1, 5)); m <- clmm(ordered ~ method*trip + (1 | participant), data = x, control = ctl, Hess = TRUE)
b <- coef(m)[c("methodvnc", "methodvnc:trip")]; V <- vcov(m)[names(b), names(b)]; q <- qnorm(.975); say("crossing slope", b[2])
A <- b[2]^2 - q^2*V[2, 2]; B <- b[1]*b[2] - q^2*V[1, 2]; C <- b[1]^2 - q^2*V[1, 1]; say(paste("crossing clmm quadratic", 1:3), c(A, B, C))
x$y <- x$workload - 8*(x$method == "vnc"); m <- lmer(y ~ method*trip + (1 | participant), x, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhobeg = .2, rhoend = 1e-10))); b <- fixef(m)[c("methodvnc", "methodvnc:trip")]; V <- as.matrix(vcov(m))[names(b), names(b)]; q <- qt(.975, coef(summary(m))["methodvnc:trip", "df"])
A <- b[2]^2 - q^2*V[2, 2]; B <- b[1]*b[2] - q^2*V[1, 2]; C <- b[1]^2 - q^2*V[1, 1]; say(paste("crossing lmm", c("where", "low", "high")), c(-b[1]/b[2], (-B + c(-1, 1)*sqrt(B^2 - A*C))/A))
