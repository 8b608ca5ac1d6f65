package doctor

// imageRules judge images, and what stands in their files, whoever uses them.
var imageRules = []Rule{d101, d102, d103, d104, d105, d106, d107, d108, d109, d110, d111, d112, d113, d114, d115, d116, d117, d118, d119, d120, d121}
