// Server reflection: tools that know nothing of Efferent can ask what it serves. On raw bytes, which are the same in
// grpc.reflection.v1 and, for which Debian ships no generated code, v1alpha.
#include <gmock/gmock.h>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

class Reflection : public ServiceTest, public testing::WithParamInterface<const char*> {
 protected:
  /// The bytes that answer one question: a field of ServerReflectionRequest, of less than 128
  /// bytes.
  std::string Ask(int field, const std::string& text) {
    const std::string bytes = std::string{static_cast<char>(field << 3 | 2),  // length-delimited
                                          static_cast<char>(text.size())} +
                              text;
    const grpc::Slice slice(bytes);
    const std::string path =
        std::string("/grpc.reflection.") + GetParam() + ".ServerReflection/ServerReflectionInfo";
    const grpc::internal::RpcMethod method(path.c_str(), grpc::internal::RpcMethod::BIDI_STREAMING,
                                           clients_.channel());
    grpc::ClientContext context;
    using Factory = grpc::internal::ClientReaderWriterFactory<grpc::ByteBuffer, grpc::ByteBuffer>;
    const std::unique_ptr<grpc::ClientReaderWriter<grpc::ByteBuffer, grpc::ByteBuffer>> call(
        Factory::Create(clients_.channel().get(), method, &context));
    call->Write(grpc::ByteBuffer(&slice, 1));
    grpc::ByteBuffer response;
    grpc::Slice answer;
    const bool answered = call->Read(&response) && response.DumpToSingleSlice(&answer).ok();
    call->WritesDone();
    EXPECT_TRUE(call->Finish().ok());
    return answered ? std::string(answer.begin(), answer.end()) : "";
  }
};

TEST_P(Reflection, ListsEveryService) {
  const std::string services = Ask(7, "");  // list_services
  for (const char* name :
       {"efferent.v1.SessionService", "efferent.v1.DecoderService",
        "efferent.v1.AcquisitionService", "efferent.v1.ArmService", "efferent.v1.RecordingService",
        "efferent.v1.DiagnosticsService", "grpc.health.v1.Health",
        "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection"}) {
    EXPECT_THAT(services, HasSubstr(name));
  }
}

TEST_P(Reflection, DescribesAService) {
  const std::string file = Ask(4, "efferent.v1.ArmService");  // file_containing_symbol
  EXPECT_THAT(file, HasSubstr("efferent/v1/arm.proto"));
  EXPECT_THAT(file, HasSubstr("StreamArm"));
  EXPECT_THAT(file, HasSubstr("TRIAL_EVENT_KIND_START")) << "with what it imports";
  EXPECT_THAT(Ask(3, "efferent/v1/arm.proto"), HasSubstr("StreamArm"));  // file_by_filename
}

TEST_P(Reflection, DescribesTheStandardServicesToo) {
  EXPECT_THAT(Ask(4, "grpc.health.v1.Health"), HasSubstr("HealthCheckResponse"));
  EXPECT_THAT(Ask(4, "grpc.reflection.v1.ServerReflection"), HasSubstr("ServerReflectionInfo"));
}

TEST_P(Reflection, SaysWhatThereIsNot) {
  const std::string answer = Ask(4, "efferent.v1.NoSuchService");
  EXPECT_THAT(answer, testing::Not(HasSubstr("syntax")));
  EXPECT_FALSE(answer.empty());
}

INSTANTIATE_TEST_SUITE_P(Versions, Reflection, testing::Values("v1", "v1alpha"),
                         [](const auto& instance) { return std::string(instance.param); });

}  // namespace
}  // namespace efferent::test
