"""What passes between the kernel and the browser: messages, traits, frames."""
