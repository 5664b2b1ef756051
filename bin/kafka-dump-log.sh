#!/bin/sh
exec "$(dirname "$0")/moldau" dump-log "$@"
