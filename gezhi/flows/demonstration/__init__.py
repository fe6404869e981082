"""The demonstration: invented tales of a real subdistrict, performed with the product's own actions."""
