package doctor

// kubernetesRules judge manifests.
var kubernetesRules = []Rule{k201, k202, k203, k204, k205, k206, k207, k208, k209, k210, k211, k212, k213, k214, k215, k216, k217, k218, k219, k220, k221, k222, k223, k224}
