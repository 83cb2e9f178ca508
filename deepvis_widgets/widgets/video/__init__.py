"""CamVideo: what a network looks at, picture by picture of a video, or of the camera."""
