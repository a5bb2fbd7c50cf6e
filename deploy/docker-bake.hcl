# Both images for every architecture, and the list of what is in them: docker buildx bake -f deploy/docker-bake.hcl
# The release workflow sets these variables. On a machine of your own: PLATFORMS=linux/arm64 VERSION=1.2.3 docker buildx …
variable "VERSION" { default = "dev" }
variable "REVISION" { default = "unknown" }
variable "SOURCE" { default = "" }
variable "CREATED" { default = "" }
variable "PLATFORMS" { default = "linux/amd64,linux/arm64" }
variable "MICROBLOG_IMAGE_PREFIX" { default = "" }

# 1.2.3 is also the newest 1.2 and the newest of all; 1.3.0-rc1 and a build without a version are neither.
function "tags" {
  params = [name]
  result = concat(
    ["${MICROBLOG_IMAGE_PREFIX}${name}:${VERSION}"],
    [for minor in regexall("^([0-9]+\\.[0-9]+)\\.[0-9]+$", VERSION) : "${MICROBLOG_IMAGE_PREFIX}${name}:${minor[0]}"],
    [for minor in regexall("^([0-9]+\\.[0-9]+)\\.[0-9]+$", VERSION) : "${MICROBLOG_IMAGE_PREFIX}${name}:latest"],
  )
}

group "default" { targets = ["app", "nginx"] }

target "image" {
  platforms = split(",", PLATFORMS)
  args      = { VERSION = VERSION, REVISION = REVISION, SOURCE = SOURCE }
  labels    = CREATED == "" ? {} : { "org.opencontainers.image.created" = CREATED }
}

target "app" {
  inherits = ["image"]
  context  = "."
  tags     = tags("microblog-app")
}

target "nginx" {
  inherits = ["image"]
  context  = "nginx"
  tags     = tags("microblog-nginx")
}

# What the application's image holds beside Debian's packages, with versions and licences (CycloneDX), as a file.
target "contents" {
  context   = "."
  target    = "contents"
  platforms = [split(",", PLATFORMS)[0]]
  output    = ["type=local,dest=dist"]
}
