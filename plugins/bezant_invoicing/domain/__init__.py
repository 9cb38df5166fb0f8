"""The arithmetic of documents: values in, values out, no database and no clock."""
