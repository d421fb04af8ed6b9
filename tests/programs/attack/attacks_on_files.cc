#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "efferent/v1/decoder.grpc.pb.h"
#include "files/decoder_file.h"
#include "tests/programs/attack/attack_run.h"
#include "tests/programs/programs.h"
#include "tests/scratch_folder.h"

namespace efferent::test {
namespace {

namespace fs = std::filesystem;

/// The decoder that drives a rig, as it is now. Empty if the server does not give it out.
v1::DecoderFile ExportFrom(AttackRun* run, const std::string& rig) {
  v1::DecoderFile file;
  Clients clients(run->server().address());
  const auto stub = v1::DecoderService::NewStub(clients.channel());
  grpc::ClientContext context;
  v1::ExportDecoderRequest request;
  request.set_recording(rig);
  const auto reader = stub->ExportDecoder(&context, request);
  for (v1::ExportDecoderResponse part; reader->Read(&part);) {
    if (part.has_decoder()) *file.mutable_decoder() = part.decoder();
    file.mutable_state()->append(part.state_piece());
  }
  run->Count(reader->Finish());
  return file;
}

/// True states with a few bytes changed, to a session that could take them in.
void ImportDamagedDecoders(AttackRun* run) {
  const std::string rig = run->rigs()[0]->id(), into = "importer";
  const v1::DecoderFile file = ExportFrom(run, rig);
  if (file.state().empty()) return;
  Clients clients(run->server().address());
  const auto session = clients.Get(rig);
  if (!session) return;  // Others have taken all connections.
  v1::SessionConfig config = session->config();
  config.mutable_timing()->set_real_time(false);
  clients.Create(into, config);
  const auto stub = v1::DecoderService::NewStub(clients.channel());
  run->Repeat(2, [&](Random* random) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    v1::ImportDecoderResponse response;
    const auto writer = stub->ImportDecoder(&context, &response);
    v1::ImportDecoderRequest request;
    *request.mutable_start()->mutable_decoder() = file.decoder();
    request.mutable_start()->set_session_id(into);
    if (Below(2, random) == 0) request.mutable_start()->set_shadow("shadow");
    std::string state = Below(4, random) == 0 ? file.state() : Mutate(file.state(), random);
    request.mutable_start()->mutable_decoder()->set_state_size_bytes(state.size());
    if (Below(4, random) == 0) Spoil(request.mutable_start(), 1, random);
    bool is_open = writer->Write(request);
    for (std::size_t at = 0; at < state.size() && is_open; at += 60'000) {
      request.set_state_piece(state.substr(at, 60'000));
      is_open = writer->Write(request);
    }
    writer->WritesDone();
    run->Count(writer->Finish());
    // Changes are carried out between bins.
    auto call = clients.AcquireUnopened();
    v1::StreamAcquisitionRequest chunk;
    chunk.mutable_open()->set_session_id(into);
    chunk.mutable_open()->set_num_channels(config.num_channels());
    call->Write(chunk);
    if (const auto opened = call->Read()) {
      const auto next = opened->opened().applied_sequence_number() + 1;
      chunk.mutable_chunk()->set_sequence_number(next);
      chunk.mutable_chunk()->set_complete_until_ns(static_cast<std::int64_t>(next) *
                                                   config.bin_width_ns());
      call->Write(chunk);
      call->Read();
    }
    call->Cancel();
  });
}

std::string ReadBytes(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void WriteBytes(const fs::path& file, const std::string& bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

/// A program that reads a damaged file says so; no signal ends it.
void ReadDamagedFiles(AttackRun* run) {
  const ScratchFolder folder;
  v1::DecoderFile decoder = ExportFrom(run, run->rigs()[0]->id());
  const std::string bytes = WriteDecoderFile(decoder);
  const std::string whole = folder.path() / "whole.decoder", damaged = folder.path() / "damaged";
  WriteBytes(whole, bytes);
  const std::string config = RunProgram(ProgramDir() / "efferentd", {"--print-config"}).output;
  run->Repeat(1, [&](Random* random) {
    Outcome outcome;
    if (Below(2, random) == 0) {
      WriteBytes(damaged, Mutate(bytes, random));
      outcome = RunProgram(ProgramDir() / "efferent", {"decoder", "diff", whole, damaged});
    } else {
      WriteBytes(damaged, Mutate(config, random));
      outcome = RunProgram(ProgramDir() / "efferentd", {"--check-config", "--config", damaged});
    }
    run->Count("exit status " + std::to_string(outcome.exit_status));
    const bool is_fault = outcome.exit_status < 0 || outcome.exit_status > 2 ||
                          outcome.output.find("Sanitizer") != std::string::npos;
    if (is_fault) run->Fail(outcome.output);
  });
}

/// A data directory as a killed server leaves it: three sessions that had not ended.
void MakeDataDirectory(const fs::path& folder) {
  RunningServer server("127.0.0.1:0", {"--data-dir", folder.string()});
  Clients clients(server.address());
  for (const char* id : kVictims) {
    clients.Create(id, SmallConfig());
    auto call = clients.Acquire(id);
    for (std::uint64_t n = 1; n <= 50; ++n) Send(call.get(), OneBin(n));
  }
  Eventually([&] { return clients.Get(kVictims[2])->recording().durable_sequence_number() == 50; });
  server.Kill();
}

/// A second server starts with a damaged database: it serves what is left and says what is lost, or says why it does
/// not start.
void StartWithDamagedDatabase(AttackRun* run) {
  const ScratchFolder folder;
  const fs::path whole = folder.path() / "whole";
  MakeDataDirectory(whole);
  run->Repeat(1, [&](Random* random) {
    const ScratchFolder copy;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(whole)) {
      fs::copy(entry.path(), copy.path() / entry.path().filename());
      const std::string name = entry.path().filename();
      if (name.ends_with(".db") || name.ends_with("-wal")) {
        files.push_back(copy.path() / entry.path().filename());
      }
    }
    const fs::path& file = files[Below(files.size(), random)];
    std::string bytes = ReadBytes(file);
    const std::size_t how = Below(4, random), at = Below(bytes.size(), random);
    if (how == 0) bytes.resize(at);
    if (how == 1) bytes.replace(at, 4'096, Noise(4'096, random));
    if (how >= 2) bytes[at] = static_cast<char>(bytes[at] ^ (1 << Below(8, random)));
    WriteBytes(file, bytes);
    const std::string what = file.filename().string() + (how == 0 ? " cut at " : " damaged at ") +
                             std::to_string(at) + " (" + std::to_string(how) + "): ";
    RunningProgram server("efferentd",
                          {"--data-dir", copy.path().string(), "--listen", "127.0.0.1:0"});
    const std::string listening = "listening on ";
    if (!server.Says(listening)) {
      const auto status = server.Wait();
      run->Count("refuses to start");
      if (status != 1) run->Fail(what + server.output());
      return;
    }
    const std::string output = server.output();
    const std::size_t from = output.find(listening) + listening.size();
    Clients clients(output.substr(from, output.find('\n', from) - from));
    if (!clients.Create("next", SmallConfig()).ok()) run->Fail(what + server.output());
    const std::size_t num_sessions = clients.List().size();
    if (server.End() != 0) run->Fail(what + server.output());
    const bool says_something = server.output().find(" warning ") != std::string::npos ||
                                server.output().find(" error ") != std::string::npos;
    run->Count(says_something ? "starts, says so" : "starts, nothing lost");
    if (num_sessions != 4 && !says_something) {
      run->Fail(what + "sessions are lost without a word: " + server.output());
    }
  });
}

}  // namespace

std::vector<Attack> AttacksOnFiles() {
  return {{"damaged decoders imported", ImportDamagedDecoders},
          {"programs read damaged files", ReadDamagedFiles},
          {"damaged databases", StartWithDamagedDatabase}};
}

}  // namespace efferent::test
