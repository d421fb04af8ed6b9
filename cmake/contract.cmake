# The wire contract: proto/**/*.proto -> library efferent_contract, included as "efferent/v1/session.pb.h".
set(CONTRACT_ROOT "${CMAKE_SOURCE_DIR}/proto")
set(CONTRACT_OUT "${CMAKE_BINARY_DIR}/contract")
file(MAKE_DIRECTORY "${CONTRACT_OUT}")
file(GLOB_RECURSE CONTRACT_PROTOS CONFIGURE_DEPENDS RELATIVE "${CONTRACT_ROOT}" "${CONTRACT_ROOT}/*.proto")
list(TRANSFORM CONTRACT_PROTOS PREPEND "${CONTRACT_ROOT}/" OUTPUT_VARIABLE CONTRACT_PROTO_FILES)

set(CONTRACT_SOURCES)
foreach(proto IN LISTS CONTRACT_PROTOS)
  string(REGEX REPLACE "\\.proto$" "" stem "${proto}")
  set(base "${CONTRACT_OUT}/${stem}")
  set(outputs "${base}.pb.cc" "${base}.pb.h")
  set(grpc_args)
  file(STRINGS "${CONTRACT_ROOT}/${proto}" has_service REGEX "^service ")
  if(has_service)
    list(APPEND outputs "${base}.grpc.pb.cc" "${base}.grpc.pb.h")
    set(grpc_args "--grpc_out=${CONTRACT_OUT}" "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc "-I${CONTRACT_ROOT}" "--cpp_out=${CONTRACT_OUT}" ${grpc_args} "${CONTRACT_ROOT}/${proto}"
    DEPENDS ${CONTRACT_PROTO_FILES}
    COMMENT "Generating ${stem}")
  foreach(output IN LISTS outputs)
    if(output MATCHES "\\.cc$")
      list(APPEND CONTRACT_SOURCES "${output}")
    endif()
  endforeach()
endforeach()

add_library(efferent_contract STATIC ${CONTRACT_SOURCES})
target_include_directories(efferent_contract SYSTEM PUBLIC "${CONTRACT_OUT}")
target_link_libraries(efferent_contract PUBLIC gRPC::grpc++ protobuf::libprotobuf)
# The slow headers, compiled once for the contract and once for those who use it.
target_precompile_headers(efferent_contract PRIVATE <grpcpp/grpcpp.h>)
