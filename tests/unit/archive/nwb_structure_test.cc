// The form of an exported file, against the published schema: NWB 2.7.0 (NeurodataWithoutBorders/
// nwb-schema, core/nwb.{file,base,misc,ecephys,behavior,epoch,device}.yaml) with hdmf-common 1.8.0
// (hdmf-dev/hdmf-common-schema, common/{base,table}.yaml). The tables below are what those say of the
// types that an export uses.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "clients/acquisition/nwb_file.h"
#include "tests/unit/acquisition/nwb_writer.h"
#include "tests/unit/archive/hdf5_facts.h"
#include "tests/unit/archive/synthetic_session.h"

namespace efferent::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

struct Part {
  std::string name;
  std::string type;  // See Hdf5Facts; `group`: a group.
};

struct TypeRule {
  std::string name_space;
  std::vector<Part> attributes;
  std::vector<Part> children;
};

const std::map<std::string, TypeRule> kRules{
    {"NWBFile",
     {"core",
      {{"nwb_version", "text"}},
      {{"identifier", "text"},
       {"session_description", "text"},
       {"session_start_time", "text"},
       {"timestamps_reference_time", "text"},
       {"file_create_date", "text"},
       {"acquisition", "group"},
       {"analysis", "group"},
       {"processing", "group"},
       {"stimulus", "group"},
       {"stimulus/presentation", "group"},
       {"stimulus/templates", "group"},
       {"general", "group"}}}},
    {"Subject", {"core", {}, {{"subject_id", "text"}}}},
    {"Device", {"core", {{"description", "text"}}, {}}},
    {"ElectrodeGroup",
     {"core", {{"description", "text"}, {"location", "text"}}, {{"device", "group"}}}},
    {"ProcessingModule", {"core", {{"description", "text"}}, {}}},
    {"Position", {"core", {}, {}}},
    {"TimeSeries",
     {"core", {{"description", "text"}, {"comments", "text"}}, {{"starting_time", "float64"}}}},
    {"SpatialSeries",
     {"core",
      {{"description", "text"}, {"comments", "text"}},
      {{"starting_time", "float64"}, {"reference_frame", "text"}}}},
    {"TimeIntervals",
     {"core",
      {{"description", "text"}, {"colnames", "text"}},
      {{"id", "int64"}, {"start_time", "float64"}, {"stop_time", "float64"}}}},
    {"Units",
     {"core",
      {{"description", "text"}, {"colnames", "text"}},
      {{"id", "int64"},
       {"spike_times", "float64"},
       {"spike_times_index", "uint64"},
       {"obs_intervals", "float64"},
       {"obs_intervals_index", "uint64"},
       {"electrodes", "int64"},
       {"electrodes_index", "uint64"}}}},
    {"DynamicTable",
     {"hdmf-common", {{"description", "text"}, {"colnames", "text"}}, {{"id", "int64"}}}},
    {"ElementIdentifiers", {"hdmf-common", {}, {}}},
    {"VectorData", {"hdmf-common", {{"description", "text"}}, {}}},
    {"VectorIndex", {"hdmf-common", {{"description", "text"}, {"target", "reference"}}, {}}},
    {"DynamicTableRegion", {"hdmf-common", {{"description", "text"}, {"table", "reference"}}, {}}}};

const std::vector<Part> kDataAttributes{
    {"conversion", "float64"}, {"offset", "float64"}, {"resolution", "float64"}, {"unit", "text"}};

/// Objects that must be there, and what they are.
const std::map<std::string, std::string> kObjects{
    {"/", "NWBFile"},
    {"/general/subject", "Subject"},
    {"/general/devices/acquisition", "Device"},
    {"/general/extracellular_ephys/array", "ElectrodeGroup"},
    {"/general/extracellular_ephys/electrodes", "DynamicTable"},
    {"/general/extracellular_ephys/electrodes/location", "VectorData"},
    {"/general/extracellular_ephys/electrodes/group", "VectorData"},
    {"/general/extracellular_ephys/electrodes/group_name", "VectorData"},
    {"/processing/behavior", "ProcessingModule"},
    {"/processing/behavior/Position", "Position"},
    {"/processing/behavior/Position/cursor_position", "SpatialSeries"},
    {"/processing/behavior/Position/target_position", "SpatialSeries"},
    {"/processing/behavior/cursor_velocity", "TimeSeries"},
    {"/processing/behavior/recorded_decoder_velocity", "TimeSeries"},
    {"/processing/behavior/command_status", "TimeSeries"},
    {"/processing/behavior/decoder_engaged", "TimeSeries"},
    {"/processing/decoding", "ProcessingModule"},
    {"/processing/decoding/events", "DynamicTable"},
    {"/intervals/trials", "TimeIntervals"}};

class NwbStructure : public testing::TestWithParam<SyntheticSpikes> {
 protected:
  NwbStructure() : path_(ScratchPath("session.nwb")) {
    archive::FileDescription description;
    description.species = "Macaca mulatta";
    description.age = "P7Y";
    description.sex = "M";
    description.lab = "A laboratory";
    description.weight = "8.2 kg";
    description.experiment_description = "Reaching";
    Export(MakeSyntheticSession(GetParam()), path_, description);
  }

  std::string TypeOf(const std::string& object) const {
    return Hdf5File(path_).StringAttribute(object, "neurodata_type").value_or("");
  }
  /// Paths of all objects that have a type.
  std::map<std::string, std::string> TypedObjects() const {
    std::map<std::string, std::string> typed;
    for (const std::string& object : Hdf5Facts(path_).Objects()) {
      if (const std::string type = TypeOf(object); !type.empty()) typed[object] = type;
    }
    return typed;
  }

  const std::string path_;
};

std::string In(const std::string& object, const std::string& name) {
  return object == "/" ? "/" + name : object + "/" + name;
}

TEST_P(NwbStructure, EveryObjectHasWhatItsTypeRequires) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  for (const auto& [object, type] : TypedObjects()) {
    ASSERT_TRUE(kRules.contains(type)) << object << " is of an unknown type, " << type;
    const TypeRule& rule = kRules.at(type);
    EXPECT_EQ(file.StringAttribute(object, "namespace"), rule.name_space) << object;
    for (const Part& attribute : rule.attributes) {
      EXPECT_EQ(facts.AttributeType(object, attribute.name), attribute.type)
          << object << "." << attribute.name;
    }
    for (const Part& child : rule.children) {
      const std::string path = In(object, child.name);
      if (child.type == "group") {
        EXPECT_TRUE(file.IsGroup(path)) << path;
      } else {
        EXPECT_EQ(facts.DatasetType(path), child.type) << path;
      }
    }
  }
}

TEST_P(NwbStructure, ObjectsAreWhereTheyBelong) {
  for (const auto& [object, type] : kObjects) EXPECT_EQ(TypeOf(object), type) << object;
  const bool counts = GetParam() == SyntheticSpikes::kCounts;
  EXPECT_EQ(TypeOf("/processing/ecephys/spike_counts"), counts ? "TimeSeries" : "");
  EXPECT_EQ(TypeOf("/units"), counts ? "" : "Units");
}

TEST_P(NwbStructure, EveryObjectHasAnIdentifierOfItsOwn) {
  const Hdf5File file(path_);
  const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
  std::set<std::string> identifiers;
  for (const auto& [object, type] : TypedObjects()) {
    const std::string id = file.StringAttribute(object, "object_id").value_or("none");
    EXPECT_TRUE(std::regex_match(id, uuid)) << object << ": " << id;
    EXPECT_TRUE(identifiers.insert(id).second) << object;
  }
}

TEST_P(NwbStructure, SeriesHaveARowForEachBinAndSayWhatItIs) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  for (const auto& [object, type] : TypedObjects()) {
    if (type != "TimeSeries" && type != "SpatialSeries") continue;
    const std::string data = object + "/data";
    for (const Part& attribute : kDataAttributes) {
      EXPECT_EQ(facts.AttributeType(data, attribute.name), attribute.type)
          << data << "." << attribute.name;
    }
    EXPECT_EQ(file.Shape(data)[0], kSyntheticBins) << data;
    EXPECT_TRUE(facts.IsPacked(data)) << data;
    // No bin is missing: a rate, and no time stamps.
    const std::string start = object + "/starting_time";
    EXPECT_EQ(file.ReadNumbers(start), std::vector<double>{0.0}) << object;
    EXPECT_EQ(file.NumberAttribute(start, "rate"), 1e9 / kSyntheticWidthNs) << object;
    EXPECT_EQ(file.StringAttribute(start, "unit"), "seconds") << object;
    EXPECT_FALSE(file.IsDataset(object + "/timestamps")) << object;
  }
  EXPECT_EQ(facts.DatasetType("/processing/behavior/decoder_engaged/data"), "boolean");
  EXPECT_EQ(facts.DatasetType("/processing/behavior/command_status/data"), "int8");
  EXPECT_EQ(file.StringAttribute("/processing/behavior/Position/cursor_position/data", "unit"),
            "meters");
}

TEST_P(NwbStructure, SeriesWithMissingBinsHaveATimeStampForEachRow) {
  SyntheticSession session = MakeSyntheticSession(GetParam());
  std::erase_if(session.items, [](const v1::RecordedItem& item) {
    return item.chunk().bins_size() > 0 && item.chunk().bins(0).command().bin_index() == 8;
  });
  const std::string path = ScratchPath("gap.nwb");
  Export(session, path);
  const Hdf5File file(path);
  const Hdf5Facts facts(path);
  const std::string first = "/processing/behavior/recorded_decoder_velocity/timestamps";
  ASSERT_EQ(file.Shape(first), std::vector<std::uint64_t>{kSyntheticBins - 2});
  EXPECT_EQ(file.ReadNumbers(first)[7], 7.0 * kSyntheticWidthNs / 1e9);
  EXPECT_EQ(file.ReadNumbers(first)[8], 10.0 * kSyntheticWidthNs / 1e9);
  EXPECT_EQ(facts.AttributeType(first, "interval"), "int32");
  EXPECT_EQ(file.StringAttribute(first, "unit"), "seconds");
  // PyNWB takes a link to the time stamps of another series for that series.
  EXPECT_EQ(facts.SoftLink("/processing/behavior/command_status/timestamps"), first);
  EXPECT_FALSE(file.IsDataset("/processing/behavior/command_status/starting_time"));
  if (GetParam() == SyntheticSpikes::kCounts) return;
  // A unit is observed in the two stretches of bins that came.
  const auto seconds = [](int bin) { return bin * static_cast<double>(kSyntheticWidthNs) / 1e9; };
  EXPECT_EQ(file.Shape("/units/obs_intervals"),
            (std::vector<std::uint64_t>{2 * kSyntheticChannels, 2}));
  const std::vector<double> intervals = file.ReadNumbers("/units/obs_intervals");
  EXPECT_EQ(std::vector<double>(intervals.begin(), intervals.begin() + 4),
            (std::vector<double>{0.0, seconds(8), seconds(10), seconds(kSyntheticBins)}));
  EXPECT_EQ(file.ReadNumbers("/units/obs_intervals_index"), (std::vector<double>{2, 4, 6}));
}

TEST_P(NwbStructure, NoColumnIsTakenForATimeThatIsNoneAndNoTextForJson) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  for (const auto& [object, type] : TypedObjects()) {
    if (type != "TimeIntervals" && type != "DynamicTable") continue;
    for (const std::string& column : facts.TextsAttribute(object, "colnames")) {
      const std::string path = In(object, column);
      const bool is_text = facts.DatasetType(path) == "text";
      // The NWB inspector takes columns with these names for numbers.
      EXPECT_FALSE(is_text && (column.ends_with("_time") || column.ends_with("_times"))) << path;
    }
  }
  const NwbFile nwb(path_);
  const std::string table = "/processing/decoding/events";
  for (const char* column : {"kind", "detail", "decoder_settings"}) {
    const auto texts = nwb.StringColumn(table, column);
    ASSERT_TRUE(texts) << column;
    for (const std::string& text : *texts) {
      EXPECT_EQ(text.find('{'), std::string::npos) << column << ": " << text;
    }
  }
  EXPECT_THAT(nwb.StringColumn(table, "decoder").value(), testing::Contains(testing::Ne("")));
}

TEST_P(NwbStructure, TablesHaveTheirColumnsAndNoOthers) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  for (const auto& [object, type] : TypedObjects()) {
    if (type != "TimeIntervals" && type != "Units" && type != "DynamicTable") continue;
    const std::uint64_t num_rows = file.Shape(object + "/id")[0];
    std::set<std::string> expected{"id"};
    for (const std::string& column : facts.TextsAttribute(object, "colnames")) {
      expected.insert(column);
      const std::string path = In(object, column);
      const std::string index = path + "_index";
      if (!file.IsDataset(index)) {
        EXPECT_EQ(file.Shape(path)[0], num_rows) << path;
        continue;
      }
      expected.insert(column + "_index");
      EXPECT_EQ(file.Shape(index)[0], num_rows) << index;
      EXPECT_EQ(facts.ReferenceAttribute(index, "target"), path);
      EXPECT_EQ(file.ReadNumbers(index).back(), file.Shape(path)[0]) << index;
    }
    const std::vector<std::string> children = file.Children(object);
    EXPECT_EQ(std::set<std::string>(children.begin(), children.end()), expected) << object;
  }
}

TEST_P(NwbStructure, ElectrodesAreOfTheirGroupAndItsDevice) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  const std::string ephys = "/general/extracellular_ephys";
  EXPECT_EQ(file.ReadNumbers(ephys + "/electrodes/id"), (std::vector<double>{0, 1, 2}));
  EXPECT_THAT(facts.References(ephys + "/electrodes/group"),
              ElementsAre(ephys + "/array", ephys + "/array", ephys + "/array"));
  EXPECT_EQ(facts.SoftLink(ephys + "/array/device"), "/general/devices/acquisition");
  if (GetParam() == SyntheticSpikes::kCounts) return;
  EXPECT_EQ(file.NumberAttribute("/units/spike_times", "resolution"), 1e-9);
  EXPECT_EQ(facts.ReferenceAttribute("/units/electrodes", "table"), ephys + "/electrodes");
  EXPECT_THAT(file.StringAttribute("/units", "description").value_or(""), HasSubstr("not sorted"));
}

TEST_P(NwbStructure, SessionAndSubjectAreDescribed) {
  const Hdf5File file(path_);
  const Hdf5Facts facts(path_);
  EXPECT_EQ(file.StringAttribute("/", "nwb_version"), "2.7.0");
  EXPECT_EQ(facts.Text("/session_start_time"), "2026-09-21T14:13:20.123456+00:00");
  EXPECT_EQ(facts.Text("/timestamps_reference_time"), facts.Text("/session_start_time"));
  EXPECT_EQ(facts.Text("/general/subject/subject_id"), "M-07");
  EXPECT_EQ(facts.Text("/general/subject/species"), "Macaca mulatta");
  EXPECT_EQ(facts.Text("/general/subject/age"), "P7Y");
  EXPECT_EQ(file.StringAttribute("/general/subject/age", "reference"), "birth");
  EXPECT_EQ(facts.Text("/general/subject/sex"), "M");
  EXPECT_EQ(facts.Text("/general/lab"), "A laboratory");
  EXPECT_EQ(facts.Text("/general/subject/weight"), "8.2 kg");
  EXPECT_EQ(facts.Text("/general/subject/strain"), std::nullopt);
  EXPECT_EQ(facts.Text("/general/experiment_description"), "Reaching");
  EXPECT_EQ(facts.Text("/general/institution"), std::nullopt);
  EXPECT_EQ(facts.Text("/general/session_id"), "s1@3");
  EXPECT_THAT(facts.Text("/general/notes").value_or(""),
              AllOf(HasSubstr("\"num_channels\": 3"), HasSubstr("\"bin_width_ns\": \"16666667\"")));
}

INSTANTIATE_TEST_SUITE_P(Spikes, NwbStructure,
                         testing::Values(SyntheticSpikes::kCounts, SyntheticSpikes::kEvents),
                         [](const auto& instance) {
                           return instance.param == SyntheticSpikes::kCounts ? "Counts" : "Events";
                         });

}  // namespace
}  // namespace efferent::test
