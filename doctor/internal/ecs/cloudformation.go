package ecs

import (
	"github.com/tasuki-jobs/tasuki/doctor/internal/cloudformation"
	"github.com/tasuki-jobs/tasuki/doctor/internal/tree"
)

// FromTemplate are the tasks and services of a CloudFormation template.
func FromTemplate(t *cloudformation.Template, form Form) (tasks []*Task, services []Service) {
	for _, r := range t.Of("AWS::ECS::TaskDefinition") {
		task := &Task{Name: r.ID, Pos: r.Pos, Form: form, Key: r.ID, Role: r.Node.Get("TaskRoleArn").Text()}
		if family := r.Node.Get("Family").Text(); family.Value != "" && !family.Open {
			task.Name = family.Value
		}
		task.Compatible(r.Node.Get("RequiresCompatibilities"))
		task.Add(r.Node.Get("ContainerDefinitions"))
		tasks = append(tasks, task)
	}
	usual := clusterDefault(t)
	for _, kind := range []string{"AWS::ECS::Service", "AWS::ECS::TaskSet"} {
		for _, r := range t.Of(kind) {
			s := Service{Launch: r.Node.Get("LaunchType").Text().Value, Providers: providers(r.Node.Get("CapacityProviderStrategy"), "CapacityProvider"), Pos: r.Pos}
			if task, ok := t.Referred(r.Node.Get("TaskDefinition").Text()); ok {
				s.Task = task.ID
			}
			if s.Launch == "" && len(s.Providers) == 0 {
				s.Providers = usual
			}
			services = append(services, s)
		}
	}
	return tasks, services
}

// clusterDefault is what services use that say nothing, if there is one cluster to say it.
func clusterDefault(t *cloudformation.Template) []Provider {
	var all []tree.Node
	for _, kind := range []string{"AWS::ECS::Cluster", "AWS::ECS::ClusterCapacityProviderAssociations"} {
		for _, r := range t.Of(kind) {
			if n := r.Node.Get("DefaultCapacityProviderStrategy"); n.Exists() {
				all = append(all, n)
			}
		}
	}
	if len(all) != 1 {
		return nil
	}
	return providers(all[0], "CapacityProvider")
}
