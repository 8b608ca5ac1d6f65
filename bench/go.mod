module github.com/tasuki-jobs/tasuki/bench

go 1.26.8
