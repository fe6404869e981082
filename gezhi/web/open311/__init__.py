"""The door of Open311 applications: GeoReport v2 as JSON and XML."""
