class DbManager:
    @staticmethod
    def restore_database(verbose, target, source, user, password):
        raise NotImplementedError("The driver has a way of its own.")
