"""The course as the learner has it on disk: the chapters, in a folder of their own."""
