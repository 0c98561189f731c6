"""The plan that undoes a run, and what the declarations still ask for of that."""
