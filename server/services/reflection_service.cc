#include "server/services/reflection_service.h"

#include <google/protobuf/descriptor.h>

#include <set>
#include <utility>

#include "grpc/health/v1/health.pb.h"

namespace efferent {
namespace {

namespace reflection = grpc::reflection::v1;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::FieldDescriptor;
using google::protobuf::FileDescriptor;

void AddFile(const FileDescriptor* file, std::set<const FileDescriptor*>* seen,
             reflection::FileDescriptorResponse* response) {
  if (!seen->insert(file).second) return;
  google::protobuf::FileDescriptorProto proto;
  file->CopyTo(&proto);
  response->add_file_descriptor_proto(proto.SerializeAsString());
  for (int i = 0; i < file->dependency_count(); ++i) AddFile(file->dependency(i), seen, response);
}

void Refuse(const std::string& what, reflection::ServerReflectionResponse* response) {
  reflection::ErrorResponse* error = response->mutable_error_response();
  error->set_error_code(grpc::StatusCode::NOT_FOUND);
  error->set_error_message("there is no " + what);
}

void AnswerFile(const FileDescriptor* file, const std::string& what,
                reflection::ServerReflectionResponse* response) {
  if (!file) return Refuse(what, response);
  std::set<const FileDescriptor*> seen;
  AddFile(file, &seen, response->mutable_file_descriptor_response());
}

void Answer(const reflection::ServerReflectionRequest& request,
            const std::vector<std::string>& services,
            reflection::ServerReflectionResponse* response) {
  using Request = reflection::ServerReflectionRequest;
  const DescriptorPool* pool = DescriptorPool::generated_pool();
  response->set_valid_host(request.host());
  *response->mutable_original_request() = request;
  switch (request.message_request_case()) {
    case Request::kFileByFilename:
      return AnswerFile(pool->FindFileByName(request.file_by_filename()), "file of that name",
                        response);
    case Request::kFileContainingSymbol:
      return AnswerFile(pool->FindFileContainingSymbol(request.file_containing_symbol()),
                        "symbol of that name", response);
    case Request::kFileContainingExtension: {
      const auto& wanted = request.file_containing_extension();
      const Descriptor* type = pool->FindMessageTypeByName(wanted.containing_type());
      const FieldDescriptor* extension =
          type ? pool->FindExtensionByNumber(type, wanted.extension_number()) : nullptr;
      return AnswerFile(extension ? extension->file() : nullptr, "such extension", response);
    }
    case Request::kAllExtensionNumbersOfType: {
      const std::string& name = request.all_extension_numbers_of_type();
      const Descriptor* type = pool->FindMessageTypeByName(name);
      if (!type) return Refuse("message type of that name", response);
      std::vector<const FieldDescriptor*> extensions;
      pool->FindAllExtensions(type, &extensions);
      auto* numbers = response->mutable_all_extension_numbers_response();
      numbers->set_base_type_name(name);
      for (const FieldDescriptor* extension : extensions) {
        numbers->add_extension_number(extension->number());
      }
      return;
    }
    case Request::kListServices:
      for (const std::string& service : services) {
        response->mutable_list_services_response()->add_service()->set_name(service);
      }
      return;
    case Request::MESSAGE_REQUEST_NOT_SET:
      break;
  }
  Refuse("such question", response);
  response->mutable_error_response()->set_error_code(grpc::StatusCode::INVALID_ARGUMENT);
}

/// One answer at a time. Deletes itself.
class ReflectionStream final
    : public grpc::ServerBidiReactor<reflection::ServerReflectionRequest,
                                     reflection::ServerReflectionResponse> {
 public:
  explicit ReflectionStream(std::vector<std::string> services) : services_(std::move(services)) {
    StartRead(&request_);
  }
  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::OK);
    response_.Clear();
    Answer(request_, services_, &response_);
    StartWrite(&response_);
  }
  void OnWriteDone(bool ok) override {
    if (!ok) return Finish(grpc::Status::CANCELLED);
    StartRead(&request_);
  }
  void OnDone() override { delete this; }

 private:
  const std::vector<std::string> services_;
  reflection::ServerReflectionRequest request_;
  reflection::ServerReflectionResponse response_;
};

}  // namespace

ReflectionService::ReflectionService(std::vector<std::string> services)
    : services_(std::move(services)) {
  services_.emplace_back(grpc::reflection::v1::ServerReflection::service_full_name());
  // The library implements the health service without its description: so it becomes part of the program.
  grpc::health::v1::HealthCheckRequest::descriptor();
}

grpc::ServerBidiReactor<reflection::ServerReflectionRequest, reflection::ServerReflectionResponse>*
ReflectionService::ServerReflectionInfo(grpc::CallbackServerContext*) {
  return new ReflectionStream(services_);
}

}  // namespace efferent
