"""The guided set-up of a season: a checklist, its dates and rules as a draft that a second person takes."""
