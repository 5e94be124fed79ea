"""C++ message and service code from .proto files, by the system's protoc."""

def cc_grpc_library(name, src, deps = []):
    """One .proto file, given relative to this package, as a cc_library.

    Includes are relative to proto/: #include "kozmic/auth/v1/auth.grpc.pb.h".
    """
    stem = src.replace(".proto", "")
    headers = [stem + ".pb.h", stem + ".grpc.pb.h"]
    sources = [stem + ".pb.cc", stem + ".grpc.pb.cc"]
    native.genrule(
        name = name + "_gen",
        srcs = [src, ":protos"],
        outs = headers + sources,
        cmd = "protoc -Iproto --cpp_out=$(GENDIR)/proto --grpc_out=$(GENDIR)/proto " +
              "--plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin $(location %s)" % src,
    )
    native.cc_library(
        name = name,
        srcs = sources,
        hdrs = headers,
        includes = ["."],
        visibility = ["//visibility:public"],
        deps = deps + ["//third_party:grpc"],
    )
