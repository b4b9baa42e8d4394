"""What contributors run; none of it is installed with the package."""
