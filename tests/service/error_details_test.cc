// What errors say beyond their text, in forms that standard tools open.
#include <gmock/gmock.h>

#include <cmath>

#include "google/rpc/error_details.pb.h"
#include "tests/service/service_fixture.h"

namespace efferent::test {
namespace {

using ErrorDetails = ServiceTest;
using testing::HasSubstr;

/// The detail of that type; nothing if the status has none.
template <class Detail>
std::optional<Detail> Find(const grpc::Status& status) {
  v1::ErrorStatus details;
  details.ParseFromString(status.error_details());
  for (const auto& packed : details.details()) {
    Detail detail;
    if (packed.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

TEST_F(ErrorDetails, EveryWrongFieldIsInABadRequestToo) {
  v1::SessionConfig config = SmallConfig();
  config.set_num_channels(0);
  config.mutable_features()->set_saturation(-1.0);
  const grpc::Status status = clients_.Create("s", config);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  const auto standard = Find<google::rpc::BadRequest>(status);
  ASSERT_TRUE(standard);
  std::vector<std::string> fields;
  for (const auto& violation : standard->field_violations()) {
    fields.push_back(violation.field());
    EXPECT_THAT(violation.description(), HasSubstr("must be"));
  }
  EXPECT_THAT(fields, testing::ElementsAre("config.num_channels", "config.features.saturation"));
  EXPECT_EQ(ViolatedFields(status), fields) << "our own form stays";
  EXPECT_THAT(status.error_details(), HasSubstr("type.googleapis.com/google.rpc.BadRequest"));
}

// A status whose metadata were larger than 8 KiB, what gRPC takes by default, would come without its text.
TEST_F(ErrorDetails, ManyAndLongViolationsStillArrive) {
  v1::SessionConfig config;
  for (int i = 0; i < 500; ++i) config.mutable_limits()->add_workspace_min_m(std::nan(""));
  config.set_subject_code(std::string(4'000, '!'));
  const std::string id(4'000, '?');
  const grpc::Status status = clients_.Create(id, config);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(status.error_message(), HasSubstr("session_id"));
  EXPECT_TRUE(Find<google::rpc::BadRequest>(status));
}

TEST_F(ErrorDetails, NameTheSessionThatTheyAreAbout) {
  const auto unknown = Find<google::rpc::ResourceInfo>(clients_.End("nobody"));
  ASSERT_TRUE(unknown);
  EXPECT_EQ(unknown->resource_type(), "efferent.v1.Session");
  EXPECT_EQ(unknown->resource_name(), "nobody");
  CreateSmall("s");
  const auto taken = Find<google::rpc::ResourceInfo>(clients_.Create("s", SmallConfig()));
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->resource_name(), "s");
}

}  // namespace
}  // namespace efferent::test
