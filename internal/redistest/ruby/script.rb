# Runs a program that uses Sidekiq.
require "sidekiq"
require "sidekiq/api"
require_relative "app"
