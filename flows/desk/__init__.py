"""What the staff of the office decide at their desk: rules and words that no job-seeker reads."""
