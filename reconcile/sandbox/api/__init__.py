"""The endpoints: thin handlers from a `Call` to a `Reply`, without any HTTP library."""
