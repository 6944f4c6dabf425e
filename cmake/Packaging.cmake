# Install, package config and pkg-config file.
