# What a controller does: ruby enqueue.rb SHOP CATALOGUE TITLE
require_relative "jobs"

shop, catalogue, title = ARGV
puts PagesJob.perform_async(Integer(shop), File.expand_path(catalogue), {"title" => title})
