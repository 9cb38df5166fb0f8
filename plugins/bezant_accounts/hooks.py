"""What accounts contributes to the platform."""
