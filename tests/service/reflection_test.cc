// Server reflection: tools that know nothing of Efferent can ask what it serves. On raw bytes of
// grpc.reflection.v1alpha.ServerReflection, for Debian ships no generated code for it.
#include <gmock/gmock.h>

#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using testing::HasSubstr;

class Reflection : public ServiceTest {
 protected:
  /// The bytes that answer one question: a field of ServerReflectionRequest, of less than 128
  /// bytes.
  std::string Ask(int field, const std::string& text) {
    const std::string bytes = std::string{static_cast<char>(field << 3 | 2),  // length-delimited
                                          static_cast<char>(text.size())} +
                              text;
    const grpc::Slice slice(bytes);
    const grpc::internal::RpcMethod method(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo",
        grpc::internal::RpcMethod::BIDI_STREAMING, clients_.channel());
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

TEST_F(Reflection, ListsEveryService) {
  const std::string services = Ask(7, "");  // list_services
  for (const char* name :
       {"efferent.v1.SessionService", "efferent.v1.AcquisitionService", "efferent.v1.ArmService",
        "efferent.v1.DiagnosticsService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(services, HasSubstr(name));
  }
}

TEST_F(Reflection, DescribesAService) {
  const std::string file = Ask(4, "efferent.v1.ArmService");  // file_containing_symbol
  EXPECT_THAT(file, HasSubstr("efferent/v1/arm.proto"));
  EXPECT_THAT(file, HasSubstr("StreamArm"));
}

}  // namespace
}  // namespace efferent::test
