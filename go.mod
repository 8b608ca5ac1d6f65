module github.com/tasuki-jobs/tasuki

go 1.26
