package doctor

// relationRules judge what stands in several files at once, or in any.
var relationRules = []Rule{r701, r702, r703, r704, r705}
