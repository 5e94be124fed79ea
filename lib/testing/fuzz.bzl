"""Fuzz targets."""

def fuzz_test(name, corpus, deps):
    """A target in NAME.cc: see lib/testing/fuzz.h.

    As a normal test it is run with every file of its corpus and with seeded
    changes of each. With --config=fuzz it is libFuzzer's program, which looks
    for new inputs (see CONTRIBUTING.md).

    Args:
      name: ends in _fuzz.
      corpus: a filegroup.
      deps: of the target.
    """
    fuzzing = "//lib/testing:fuzzing"
    native.cc_test(
        name = name,
        size = "small",
        srcs = [name + ".cc"],
        args = select({
            fuzzing: [],
            "//conditions:default": ["$(rootpaths %s)" % corpus],
        }),
        data = [corpus],
        linkopts = select({
            fuzzing: ["-fsanitize=fuzzer"],
            "//conditions:default": [],
        }),
        deps = deps + ["//lib/testing:fuzz"] + select({
            fuzzing: [],
            "//conditions:default": ["//lib/testing:fuzz_main"],
        }),
    )
