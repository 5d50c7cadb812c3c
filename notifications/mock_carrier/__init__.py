"""A provider of texts for tests and measurements: a separate HTTP service that speaks Twilio's Messages resource."""
