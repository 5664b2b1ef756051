#!/bin/sh
exec "$(dirname "$0")/moldau" log-dirs "$@"
