"""How the appliance is: checks by subject, and who is told of them."""
