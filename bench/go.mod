module github.com/tasuki-jobs/tasuki/bench

go 1.26.0

replace github.com/tasuki-jobs/tasuki => ../
