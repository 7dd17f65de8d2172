# Prints two published data sets, "data,set,person,value,factors or covariates...", and what R says of them, "said,name,value".
# They come from R's packages and are not kept here.
suppressMessages({library(ordinal); library(lme4); library(lmerTest)})
say <- function(name, x) cat(sprintf("said,%s,%.15g\n", name, as.numeric(x)), sep = "")
cat(sprintf("data,sleepstudy,%s,%.15g,%g\n", sleepstudy$Subject, sleepstudy$Reaction, sleepstudy$Days), sep = "")
m <- lmer(Reaction ~ Days + (1 | Subject), sleepstudy, control = lmerControl(optimizer = "bobyqa", optCtrl = list(rhoend = 1e-10)))
s <- coef(summary(m)); for (i in 1:2) say(paste("sleepstudy", i, c("estimate", "SE", "df", "t", "p")), s[i, ])
say(paste("sleepstudy", c("participant", "residual", "criterion")), c(as.data.frame(VarCorr(m))$vcov, REMLcrit(m)))
cat(sprintf("data,wine,%s,%s,%s,%s\n", wine$judge, wine$rating, wine$temp, wine$contact), sep = "")
for (q in c(1, 10)) { m <- clmm(rating ~ temp + contact + (1 | judge), data = wine, nAGQ = q, Hess = TRUE, control = clmm.control(gradTol = 1e-6, maxIter = 200))
  se <- sqrt(diag(vcov(m))); for (i in 1:6) say(paste("wine", q, i, c("estimate", "SE")), c(coef(m)[i], se[i])); say(paste("wine", q, c("variance", "loglik")), c(VarCorr(m)$judge, logLik(m))) }
