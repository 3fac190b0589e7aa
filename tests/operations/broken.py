raise RuntimeError("a module that breaks when it is imported")
