package main

import "github.com/tasuki-jobs/tasuki"

// Pages are the arguments of PagesJob: perform(shop, catalogue, options = {}).
type Pages struct {
	Shop      int64    // an Integer
	Catalogue string   // a String
	Options   struct { // a Hash
		Title string `json:"title"`
	} `args:"optional"` // it has a default in Ruby
}

// A kind's name is the class. Positional makes the arguments an array, as Sidekiq has
// them; what does not fit fails the job with the same words as Ruby's ArgumentError.
var pagesJob = tasuki.NewKind[Pages]("PagesJob", tasuki.Positional())

// A Notice is what NoticeJob gets in Ruby.
type Notice struct {
	Shop int64
	Text string
}

// Go does not see what sidekiq_options says in Ruby: a queue or retry that is not
// Sidekiq's default is said here again (tasuki.Queue, tasuki.MaxAttempts).
var noticeJob = tasuki.NewKind[Notice]("NoticeJob", tasuki.Positional())
