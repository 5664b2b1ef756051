#!/bin/sh
exec "$(dirname "$0")/moldau" server-start "$@"
