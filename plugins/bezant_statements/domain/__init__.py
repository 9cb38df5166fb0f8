"""What a statement says and how old what is owed is: values in, values out."""
