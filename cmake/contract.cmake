# The wire contract: proto/efferent/v1/*.proto -> library efferent_contract, included as "efferent/v1/session.pb.h".
set(CONTRACT_ROOT "${CMAKE_SOURCE_DIR}/proto")
set(CONTRACT_OUT "${CMAKE_BINARY_DIR}/contract")
file(MAKE_DIRECTORY "${CONTRACT_OUT}")
file(GLOB CONTRACT_PROTOS CONFIGURE_DEPENDS "${CONTRACT_ROOT}/efferent/v1/*.proto")

set(CONTRACT_SOURCES)
foreach(proto IN LISTS CONTRACT_PROTOS)
  get_filename_component(stem "${proto}" NAME_WE)
  set(base "${CONTRACT_OUT}/efferent/v1/${stem}")
  set(outputs "${base}.pb.cc" "${base}.pb.h")
  set(grpc_args)
  file(STRINGS "${proto}" has_service REGEX "^service ")
  if(has_service)
    list(APPEND outputs "${base}.grpc.pb.cc" "${base}.grpc.pb.h")
    set(grpc_args "--grpc_out=${CONTRACT_OUT}" "--plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin>")
  endif()
  add_custom_command(
    OUTPUT ${outputs}
    COMMAND protobuf::protoc "-I${CONTRACT_ROOT}" "--cpp_out=${CONTRACT_OUT}" ${grpc_args} "${proto}"
    DEPENDS ${CONTRACT_PROTOS}
    COMMENT "Generating efferent/v1/${stem}")
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
