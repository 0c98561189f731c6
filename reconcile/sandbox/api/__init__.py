"""The endpoints of the API: thin handlers from a `Request` to a `Reply`, without any HTTP library."""
