"""What is known of a family and from where: claims, doubts of the registers, zone, the facts a policy is judged on."""
