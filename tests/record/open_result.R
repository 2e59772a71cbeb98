# Reads every dataset of a sample result, and of one without rows, as a plain user of rhdf5 and of ncdf4 does, and checks values.
files <- commandArgs(TRUE)
if (!suppressWarnings(requireNamespace("rhdf5", quietly = TRUE) && requireNamespace("ncdf4", quietly = TRUE))) {
  cat("rhdf5 or ncdf4 is missing\n")
  quit(status = 77)  # skipped
}
options(warn = 2)  # numbers that become missing are a warning

read_all <- function(file) {
  list <- rhdf5::h5ls(file)
  list <- list[list$otype == "H5I_DATASET", ]
  names <- paste0(list$group, "/", list$name)
  values <- setNames(lapply(names, function(name) rhdf5::h5read(file, name)), names)
  nc <- ncdf4::nc_open(file)
  for (name in names(nc$var)) {
    other <- ncdf4::ncvar_get(nc, name)
    value <- values[[paste0("/", name)]]
    stopifnot(length(other) == length(value), all(as.vector(other) == as.vector(value), na.rm = TRUE))
  }
  cat(file, ":", length(names), "datasets by rhdf5,", length(nc$var), "by ncdf4\n")
  ncdf4::nc_close(nc)
  values
}

sample <- read_all(files[1])
stopifnot(all(sample[["/summary/followers_from"]] == c(0, 3000, 5e9)))
stopifnot(all(nchar(sample[["/posts/key"]]) == 16), !anyNA(sample[["/influencers/cost"]]))
stopifnot(identical(dim(sample[["/summary/likes"]]), c(3L, 2L, 3L, 1L)))  # axes in reverse order
claims <- as.data.frame(rhdf5::h5read(files[1], "/claims"))
stopifnot(claims$verdict == c("holds", "not asked"), is.numeric(claims$replicates_needed))

empty <- read_all(files[2])
for (group in c("comparison", "claims", "response", "structure", "bands", "drift", "switches", "attribution", "influencers", "posts")) {
  table <- as.data.frame(rhdf5::h5read(files[2], paste0("/", group)))
  stopifnot(nrow(table) == 0, "row" %in% names(table))
}
