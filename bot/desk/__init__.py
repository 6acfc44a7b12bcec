"""The staff's desk: a page of the office's own, on which personal data is shown and taken."""
