# A browser's part for Sidekiq::Web: it keeps the session, whose token it sends along.
require "sidekiq/web"
require "rack/mock"
require "securerandom"

TASUKI_SESSION = {}
TASUKI_WEB = Rack::MockRequest.new(Sidekiq::Web)

# Asks for a page; a form is sent. Answers status, address to go on to, and the page.
def tasuki_page(method, path, form)
  env = {"rack.session" => TASUKI_SESSION, "HTTP_HOST" => "localhost"}
  if method == "POST"
    token = TASUKI_SESSION[:csrf] ||= SecureRandom.base64(32)
    fields = URI.decode_www_form(form)
    fields << ["authenticity_token", token] unless fields.assoc("authenticity_token")
    env["CONTENT_TYPE"] = "application/x-www-form-urlencoded"
    env[:input] = URI.encode_www_form(fields)
  end
  page = TASUKI_WEB.request(method, path, env)
  [page.status, page.headers["Location"].to_s, page.body.dup.force_encoding("UTF-8").scrub]
end
nil
